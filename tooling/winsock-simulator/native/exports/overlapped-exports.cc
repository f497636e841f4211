#include "abi/ntstatus.h"
#include "exports/winsock-call.h"
#include "host/host-sockets.h"
#include "process/overlapped-status.h"

#ifdef _WIN32
// kernel32 has a function of this name, which host::passCancel calls; the .def file exports this one under it.
#define CancelIoEx SimulatedCancelIoEx
#endif

using namespace simulator;

EXPORT BOOL WSAAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD bytes, BOOL wait, LPDWORD flags) {
  const int failed = socketCall(
      WINSOCK_SIMULATOR_WSAGETOVERLAPPEDRESULT, s, [&](SimulatedProcess& process, auto& lock, SimulatedSocket&) -> int {
        if (overlapped == nullptr || bytes == nullptr || flags == nullptr) return WSAEFAULT;
        if (process.pending.isPending(overlapped)) {
          if (!wait) return WSA_IO_INCOMPLETE;
          process.pending.waitFor(lock, overlapped);
        } else if (statusOf(overlapped) == kStatusPending) {
          lock.unlock();
          return host::passOverlappedResult(s, overlapped, reinterpret_cast<uint32_t*>(bytes), wait,
                                            reinterpret_cast<uint32_t*>(flags));
        }
        *bytes = static_cast<DWORD>(overlapped->InternalHigh);
        *flags = 0;
        return winsockErrorOfNtstatus(statusOf(overlapped));
      });
  return failed == 0 ? TRUE : FALSE;
}

EXPORT BOOL WINAPI CancelIoEx(HANDLE file, LPOVERLAPPED overlapped) {
  const int error = atBorder([&] {
    SimulatedProcess& process = SimulatedProcess::current();
    std::unique_lock lock(process.mutex);
    if (const int fault = process.script.next(WINSOCK_SIMULATOR_CANCELIOEX)) return fault;
    const auto handle = reinterpret_cast<uintptr_t>(file);
    if (process.pending.cancel(handle, overlapped) != 0) return 0;
    lock.unlock();
    return host::passCancel(handle, overlapped);
  });
  return error == 0 ? TRUE : FALSE;
}
