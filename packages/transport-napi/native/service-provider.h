#pragma once

#include <memory>

#include "winsock-library.h"

namespace winport {

// The service provider below Winsock. The thread that starts it makes the calls.
//
// On Windows, ws2_32 has started the same provider before. A provider counts its starts, so our WSPCleanup undoes only our start, and
// every start returns the same functions. The provider keeps the upcall table that it was given last, for the whole process (see
// upcall-table.h). The documentation of WSPStartup says so; none of this has been tried on mswsock.dll.
class ServiceProvider {
 public:
  // Returns null on failure, with the error of WSPStartup, kNoProcedure if there is no WSPIoctl, or WSAVERNOTSUPPORTED.
  static std::unique_ptr<ServiceProvider> start(const ProviderFunctions& functions, int(WSAAPI* lastError)(),
                                                const WSAPROTOCOL_INFOW& info, int& error);
  ~ServiceProvider() { stop(); }
  ServiceProvider(const ServiceProvider&) = delete;
  ServiceProvider& operator=(const ServiceProvider&) = delete;

  // WSPCleanup. Returns an error, or 0. After an error it can be retried, but no other call can be made.
  int stop();

  const WSPPROC_TABLE& functions() const { return table_; }
  WSATHREADID* thread() { return &thread_; }

 private:
  explicit ServiceProvider(const ProviderFunctions& functions) : functions_(functions) {}

  ProviderFunctions functions_;
  WSPPROC_TABLE table_{};
  WSATHREADID thread_{};
  bool started_ = false;
};

}  // namespace winport
