#pragma once

#include <memory>

#include "winsock-library.h"

namespace winport {

// The service provider below Winsock, started on this thread, which makes the calls.
//
// On Windows it is ws2_32's as well, which has started it before. Providers count their starts, so that WSPCleanup takes back this
// one alone, and their functions are the same whoever has started them. The upcalls are the ones given last, for all of the process
// and for good (see upcall-table.h). All of this is documented of providers, and was not tried on mswsock.
class ServiceProvider {
 public:
  // Null with an error: WSPStartup's own, or kNoProcedure if there is no WSPIoctl, or WSAVERNOTSUPPORTED.
  static std::unique_ptr<ServiceProvider> start(const ProviderFunctions& functions, int(WSAAPI* lastError)(),
                                                const WSAPROTOCOL_INFOW& info, int& error);
  ~ServiceProvider() { stop(); }
  ServiceProvider(const ServiceProvider&) = delete;
  ServiceProvider& operator=(const ServiceProvider&) = delete;

  // WSPCleanup: an error, or 0. After an error it can be tried again, but no call can be made.
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
