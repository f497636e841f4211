// The functions of kernel32 that the caller of a service provider needs: a thread handle, and memory for code.
#include <sys/mman.h>

#include "abi/winsock-abi.h"
#include "abi/winsock-errors.h"
#include "host/events-linux.h"
#include "host/last-error.h"

using namespace simulator;

namespace {

const HANDLE kCurrentProcess = reinterpret_cast<HANDLE>(~uintptr_t{0});
const HANDLE kCurrentThread = reinterpret_cast<HANDLE>(~uintptr_t{1});
constexpr DWORD kPageReadWrite = 0x04;
constexpr DWORD kPageExecuteRead = 0x20;

BOOL succeededOr(DWORD error, bool succeeded) {
  if (!succeeded) setLastError(static_cast<int>(error));
  return succeeded ? TRUE : FALSE;
}

}  // namespace

EXPORT HANDLE WINAPI GetCurrentProcess() { return kCurrentProcess; }
EXPORT HANDLE WINAPI GetCurrentThread() { return kCurrentThread; }

// Duplicates only the handle of the current thread, because no caller needs more. CloseHandle closes the result.
EXPORT BOOL WINAPI DuplicateHandle(HANDLE from, HANDLE handle, HANDLE to, HANDLE* duplicate, DWORD, BOOL, DWORD) {
  if (from != kCurrentProcess || to != kCurrentProcess || handle != kCurrentThread || duplicate == nullptr) {
    return succeededOr(ERROR_INVALID_PARAMETER, false);
  }
  *duplicate = Events::all().create(true, false);
  return succeededOr(ERROR_NOT_ENOUGH_MEMORY, *duplicate != nullptr);
}

EXPORT LPVOID WINAPI VirtualAlloc(LPVOID address, size_t size, DWORD, DWORD protection) {
  if (address != nullptr || size == 0 || protection != kPageReadWrite) {
    setLastError(ERROR_INVALID_PARAMETER);
    return nullptr;
  }
  void* const mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped != MAP_FAILED) return mapped;
  setLastError(ERROR_NOT_ENOUGH_MEMORY);
  return nullptr;
}

EXPORT BOOL WINAPI VirtualProtect(LPVOID address, size_t size, DWORD protection, DWORD* former) {
  if (former == nullptr || protection != kPageExecuteRead) return succeededOr(ERROR_INVALID_PARAMETER, false);
  *former = kPageReadWrite;
  return succeededOr(ERROR_ACCESS_DENIED, mprotect(address, size, PROT_READ | PROT_EXEC) == 0);
}

EXPORT BOOL WINAPI FlushInstructionCache(HANDLE, const void* address, size_t size) {
  auto* const code = static_cast<char*>(const_cast<void*>(address));
  __builtin___clear_cache(code, code + size);
  return TRUE;
}
