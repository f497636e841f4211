#include "host/last-error.h"

#include "abi/winsock-abi.h"

namespace {

thread_local int lastErrorOfThread = 0;

}  // namespace

namespace simulator {

void setLastError(int error) { lastErrorOfThread = error; }
int lastError() { return lastErrorOfThread; }

}  // namespace simulator

EXPORT int WSAGetLastError() { return lastErrorOfThread; }
EXPORT void WSASetLastError(int error) { lastErrorOfThread = error; }
EXPORT DWORD GetLastError() { return static_cast<DWORD>(lastErrorOfThread); }
EXPORT void SetLastError(DWORD error) { lastErrorOfThread = static_cast<int>(error); }
