// The functions of kernel32 and of Winsock that an overlapped call needs.
#include <chrono>

#include "abi/winsock-abi.h"
#include "abi/winsock-errors.h"
#include "host/events-linux.h"
#include "host/last-error.h"
#include "process/simulated-process.h"

using namespace simulator;

namespace {

BOOL succeededOr(int error, bool succeeded) {
  if (!succeeded) setLastError(error);
  return succeeded ? TRUE : FALSE;
}

DWORD waitFor(const HANDLE* events, DWORD count, bool all, DWORD milliseconds) noexcept {
  const DWORD result = Events::all().wait(events, count, all, milliseconds);
  if (result == WAIT_FAILED) setLastError(ERROR_INVALID_HANDLE);
  return result;
}

// Returns the error that the call must fail with, or 0.
int scripted(WinsockSimulator_Call call) {
  SimulatedProcess& process = SimulatedProcess::current();
  const std::lock_guard lock(process.mutex);
  return process.script.next(call);
}

}  // namespace

EXPORT HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES, BOOL manualReset, BOOL initialState, LPCWSTR) {
  return Events::all().create(manualReset != FALSE, initialState != FALSE);
}
EXPORT BOOL WINAPI SetEvent(HANDLE event) { return succeededOr(ERROR_INVALID_HANDLE, Events::all().set(event)); }
EXPORT BOOL WINAPI ResetEvent(HANDLE event) { return succeededOr(ERROR_INVALID_HANDLE, Events::all().reset(event)); }
EXPORT BOOL WINAPI CloseHandle(HANDLE event) { return succeededOr(ERROR_INVALID_HANDLE, Events::all().close(event)); }
EXPORT DWORD WINAPI WaitForSingleObject(HANDLE event, DWORD milliseconds) { return waitFor(&event, 1, true, milliseconds); }

EXPORT WSAEVENT WSAAPI WSACreateEvent() { return Events::all().create(true, false); }
EXPORT BOOL WSAAPI WSASetEvent(WSAEVENT event) { return SetEvent(event); }
EXPORT BOOL WSAAPI WSAResetEvent(WSAEVENT event) { return ResetEvent(event); }
EXPORT BOOL WSAAPI WSACloseEvent(WSAEVENT event) { return CloseHandle(event); }
EXPORT DWORD WSAAPI WSAWaitForMultipleEvents(DWORD count, const WSAEVENT* events, BOOL all, DWORD milliseconds, BOOL) {
  if (count == 0 || count > MAXIMUM_WAIT_OBJECTS || events == nullptr) {
    setLastError(WSA_INVALID_PARAMETER);
    return WAIT_FAILED;
  }
  return waitFor(events, count, all != FALSE, milliseconds);
}

EXPORT BOOL WINAPI RegisterWaitForSingleObject(HANDLE* wait, HANDLE event, WAITORTIMERCALLBACK callback, void* context,
                                               ULONG milliseconds, ULONG flags) {
  if (wait == nullptr || callback == nullptr) return succeededOr(ERROR_INVALID_PARAMETER, false);
  if (const int fault = scripted(WINSOCK_SIMULATOR_REGISTERWAIT)) return succeededOr(fault, false);
  *wait = Events::all().registerWait(event, callback, context, milliseconds, (flags & WT_EXECUTEONLYONCE) != 0);
  return succeededOr(ERROR_INVALID_HANDLE, *wait != nullptr);
}

EXPORT BOOL WINAPI UnregisterWaitEx(HANDLE wait, HANDLE completion) {
  switch (Events::all().unregister(wait, completion)) {
    case Events::Unregistered::kDone: return TRUE;
    case Events::Unregistered::kCallbackRunning: return succeededOr(ERROR_IO_PENDING, false);
    case Events::Unregistered::kNoSuchWait: break;
  }
  return succeededOr(ERROR_INVALID_HANDLE, false);
}
