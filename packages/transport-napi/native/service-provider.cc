#include "service-provider.h"

#include "upcall-table.h"

namespace winport {

std::unique_ptr<ServiceProvider> ServiceProvider::start(const ProviderFunctions& functions, int(WSAAPI* lastError)(),
                                                        const WSAPROTOCOL_INFOW& info, int& error) {
  std::unique_ptr<ServiceProvider> provider(new ServiceProvider(functions));
  const HANDLE process = functions.GetCurrentProcess();
  if (!functions.DuplicateHandle(process, functions.GetCurrentThread(), process, &provider->thread_.ThreadHandle, 0, 0,
                                 DUPLICATE_SAME_ACCESS)) {
    error = lastError();
    if (error == 0) error = WSAENOBUFS;
    return nullptr;
  }
  WSPDATA data{};
  WSAPROTOCOL_INFOW copy = info;
  error = functions.WSPStartup(kWinsockVersion, &data, &copy, upcallTable(), &provider->table_);
  provider->started_ = error == 0;
  if (error == 0 && data.wVersion != kWinsockVersion) error = WSAVERNOTSUPPORTED;
  if (error == 0 && provider->table_.lpWSPIoctl == nullptr) error = static_cast<int>(kNoProcedure);
  return error == 0 ? std::move(provider) : nullptr;
}

int ServiceProvider::stop() {
  if (thread_.ThreadHandle != nullptr) functions_.CloseHandle(thread_.ThreadHandle);
  thread_ = {};
  int error = 0;
  if (started_ && table_.lpWSPCleanup != nullptr && table_.lpWSPCleanup(&error) == SOCKET_ERROR) return error;
  started_ = false;
  return 0;
}

}  // namespace winport
