#include "winsock-library.h"

#include "overlapped-call.h"
#include "service-provider.h"

namespace winport {
namespace {

constexpr size_t kIdleCalls = 64;

constexpr const char* kPersistentNames[kPersistentFunctions] = {
    "CreatePersistentTcpPortReservation", "LookupPersistentTcpPortReservation", "DeletePersistentTcpPortReservation",
    "CreatePersistentUdpPortReservation", "LookupPersistentUdpPortReservation", "DeletePersistentUdpPortReservation"};

}  // namespace

std::unique_ptr<WinsockLibrary> WinsockLibrary::load(const LibraryPaths& paths, std::string& failure) {
  std::unique_ptr<WinsockLibrary> library(new WinsockLibrary(paths));
  return library->resolve(failure) ? std::move(library) : nullptr;
}

WinsockLibrary::WinsockLibrary(const LibraryPaths& paths)
    : paths_(paths), winsock_(paths.winsock), ipHelper_(paths.ipHelper), kernel_(paths.kernel) {
  if (!paths.provider.empty()) providerLibrary_ = std::make_unique<SharedLibrary>(paths.provider);
}

WinsockLibrary::~WinsockLibrary() {
  idleCalls_.clear();
  provider_.reset();
  for (; startups_ > 0; --startups_) functions_.WSACleanup();
}

// `failure` is "<role>: <reason>". The caller knows the path of the role.
bool WinsockLibrary::resolve(std::string& failure) {
  const auto loaded = [&](const char* role, const SharedLibrary& library) {
    if (!library.isLoaded()) failure = std::string(role) + ": " + library.failure();
    return library.isLoaded();
  };
  if (!loaded("winsock", winsock_) || !loaded("ipHelper", ipHelper_) || !loaded("kernel", kernel_)) return false;
  if (providerLibrary_ != nullptr && !loaded("provider", *providerLibrary_)) return false;
  const auto find = [&](const char* role, const SharedLibrary& library, const char* name, auto*& function) {
    function = library.find<std::remove_pointer_t<std::remove_reference_t<decltype(function)>>>(name);
    if (function == nullptr) failure = std::string(role) + ": it has no function " + name;
    return function != nullptr;
  };
#define WINPORT_FIND(library, name) find(#library, library##_, #name, functions_.name)
  const bool found =
         WINPORT_FIND(winsock, WSAStartup) && WINPORT_FIND(winsock, WSACleanup) && WINPORT_FIND(winsock, WSAGetLastError) &&
         WINPORT_FIND(winsock, WSASocketW) && WINPORT_FIND(winsock, closesocket) && WINPORT_FIND(winsock, bind) &&
         WINPORT_FIND(winsock, getsockname) && WINPORT_FIND(winsock, setsockopt) && WINPORT_FIND(winsock, WSAIoctl) &&
         WINPORT_FIND(winsock, WSAGetOverlappedResult) && WINPORT_FIND(winsock, WSACreateEvent) &&
         WINPORT_FIND(winsock, WSACloseEvent) && WINPORT_FIND(winsock, WSAResetEvent) && WINPORT_FIND(kernel, CancelIoEx) &&
         WINPORT_FIND(kernel, RegisterWaitForSingleObject) && WINPORT_FIND(kernel, UnregisterWaitEx);
#undef WINPORT_FIND
  if (!found || providerLibrary_ == nullptr) return found;
#define WINPORT_FIND(role, library, name) find(role, library, #name, providerFunctions_.name)
  return WINPORT_FIND("provider", *providerLibrary_, WSPStartup) && WINPORT_FIND("winsock", winsock_, getsockopt) &&
         WINPORT_FIND("kernel", kernel_, GetCurrentProcess) && WINPORT_FIND("kernel", kernel_, GetCurrentThread) &&
         WINPORT_FIND("kernel", kernel_, DuplicateHandle) && WINPORT_FIND("kernel", kernel_, CloseHandle);
#undef WINPORT_FIND
}

const SharedLibrary* WinsockLibrary::security() const {
  if (security_ == nullptr && !paths_.security.empty()) security_ = std::make_unique<SharedLibrary>(paths_.security);
  return security_ != nullptr && security_->isLoaded() ? security_.get() : nullptr;
}

int WinsockLibrary::startUp() {
  WSADATA data;
  const int error = functions_.WSAStartup(kWinsockVersion, &data);
  if (error == 0) ++startups_;
  return error;
}

int WinsockLibrary::cleanUp() {
  if (startups_ == 0) return WSANOTINITIALISED;  // an unbalanced WSACleanup would undo libuv's WSAStartup
  idleCalls_.clear();
  if (functions_.WSACleanup() == SOCKET_ERROR) return functions_.WSAGetLastError();
  --startups_;
  return 0;
}

int WinsockLibrary::protocolInfo(SOCKET socket, WSAPROTOCOL_INFOW& info) const {
  if (providerLibrary_ == nullptr) return WSANOTINITIALISED;
  int length = sizeof info;
  const int result = providerFunctions_.getsockopt(socket, SOL_SOCKET, SO_PROTOCOL_INFOW, &info, &length);
  return result == SOCKET_ERROR ? functions_.WSAGetLastError() : 0;
}

int WinsockLibrary::startProvider(const WSAPROTOCOL_INFOW& info) {
  if (providerLibrary_ == nullptr) return WSAEINVAL;
  provider_.reset();
  int error = 0;
  provider_ = ServiceProvider::start(providerFunctions_, functions_.WSAGetLastError, info, error);
  return error;
}

int WinsockLibrary::stopProvider() {
  if (provider_ == nullptr) return WSANOTINITIALISED;
  const int error = provider_->stop();
  if (error == 0) provider_.reset();
  return error;
}

CreateOrLookup* WinsockLibrary::persistentCreateOrLookup(size_t function) const {
  return ipHelper_.find<CreateOrLookup>(kPersistentNames[function]);
}

Delete* WinsockLibrary::persistentDelete(size_t function) const { return ipHelper_.find<Delete>(kPersistentNames[function]); }

std::unique_ptr<OverlappedCall> WinsockLibrary::takeCall() {
  if (idleCalls_.empty()) return OverlappedCall::create(*this);
  std::unique_ptr<OverlappedCall> call = std::move(idleCalls_.back());
  idleCalls_.pop_back();
  return call;
}

void WinsockLibrary::giveCall(std::unique_ptr<OverlappedCall> call) {
  call->unload();
  if (idleCalls_.size() < kIdleCalls) idleCalls_.push_back(std::move(call));
}

}  // namespace winport
