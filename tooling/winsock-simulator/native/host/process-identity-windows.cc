#include "host/process-identity.h"

#include <windows.h>

#include "host/windows-handle.h"

namespace simulator {
namespace {

uint64_t startTimeOf(HANDLE process) {
  FILETIME created, exited, kernel, user;
  if (!GetProcessTimes(process, &created, &exited, &kernel, &user)) return 0;
  return static_cast<uint64_t>(created.dwHighDateTime) << 32 | created.dwLowDateTime;
}

}  // namespace

const ProcessIdentity& currentProcess() {
  static const ProcessIdentity self{startTimeOf(GetCurrentProcess()), GetCurrentProcessId()};
  return self;
}

bool isAlive(const ProcessIdentity& process) {
  if (process == currentProcess()) return true;
  const WindowsHandle handle(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, process.pid));
  if (!handle) return GetLastError() == ERROR_ACCESS_DENIED;
  return WaitForSingleObject(handle.get(), 0) == WAIT_TIMEOUT && startTimeOf(handle.get()) == process.startedAt;
}

}  // namespace simulator
