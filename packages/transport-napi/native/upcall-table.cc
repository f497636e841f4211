#include "upcall-table.h"

#include <cstring>

namespace winport {
namespace {

int refuse(int* error) {
  *error = WSAEOPNOTSUPP;
  return SOCKET_ERROR;
}

int WSPAPI closeSocketHandle(SOCKET, int* error) { return refuse(error); }

SOCKET WSPAPI createSocketHandle(DWORD, ULONG_PTR, int* error) {
  refuse(error);
  return INVALID_SOCKET;
}

int WSPAPI querySocketHandleContext(SOCKET, ULONG_PTR*, int* error) { return refuse(error); }

SOCKET WSPAPI modifyIfsHandle(DWORD, SOCKET proposed, int*) { return proposed; }

// Winsock 2 has no blocking hooks.
int WSPAPI queryBlockingCallback(DWORD, LPBLOCKINGCALLBACK* callback, ULONG_PTR*, int*) {
  *callback = nullptr;
  return 0;
}

#ifdef _WIN32

int WSPAPI isInSet(SOCKET socket, fd_set* set) {
  for (u_int at = 0; at < set->fd_count; ++at) {
    if (set->fd_array[at] == socket) return 1;
  }
  return 0;
}

BOOL done(BOOL succeeded, int* error) {
  if (!succeeded) *error = static_cast<int>(GetLastError());
  return succeeded;
}

WSAEVENT WSPAPI createEvent(int* error) {
  const HANDLE event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  done(event != nullptr, error);
  return event;
}

BOOL WSPAPI closeEvent(WSAEVENT event, int* error) { return done(CloseHandle(event), error); }
BOOL WSPAPI setEvent(WSAEVENT event, int* error) { return done(SetEvent(event), error); }
BOOL WSPAPI resetEvent(WSAEVENT event, int* error) { return done(ResetEvent(event), error); }

int WSPAPI getProviderPath(LPGUID provider, wchar_t* path, int* length, int* error) {
  const HMODULE winsock = GetModuleHandleW(L"ws2_32.dll");
  const FARPROC found = winsock == nullptr ? nullptr : GetProcAddress(winsock, "WSCGetProviderPath");
  if (found == nullptr) return refuse(error);
  return reinterpret_cast<LPWSCGETPROVIDERPATH>(reinterpret_cast<void (*)()>(found))(provider, path, length, error);
}

// A process that has a window has loaded user32.dll. The addon does not load it.
BOOL WSPAPI postMessage(HWND window, UINT message, WPARAM first, LPARAM second) {
  const HMODULE user = GetModuleHandleW(L"user32.dll");
  const FARPROC found = user == nullptr ? nullptr : GetProcAddress(user, "PostMessageW");
  if (found == nullptr) return FALSE;
  return reinterpret_cast<decltype(&PostMessageW)>(reinterpret_cast<void (*)()>(found))(window, message, first, second);
}

int WSPAPI openCurrentThread(LPWSATHREADID thread, int* error) {
  const HANDLE process = GetCurrentProcess();
  *thread = {};
  return done(DuplicateHandle(process, GetCurrentThread(), process, &thread->ThreadHandle, 0, FALSE, DUPLICATE_SAME_ACCESS), error)
             ? 0
             : SOCKET_ERROR;
}

int WSPAPI closeThread(LPWSATHREADID thread, int* error) {
  const HANDLE handle = thread->ThreadHandle;
  *thread = {};
  return done(CloseHandle(handle), error) ? 0 : SOCKET_ERROR;
}

int WSPAPI queueApc(LPWSATHREADID thread, LPWSAUSERAPC call, DWORD_PTR context, int* error) {
  return done(QueueUserAPC(call, thread->ThreadHandle, context) != 0, error) ? 0 : SOCKET_ERROR;
}

#else

// The provider of the simulator, which tests use, needs no system functions.

int isInSet(SOCKET socket, void* set) {
  uint32_t count;  // fd_set: UINT fd_count, SOCKET fd_array[64]
  std::memcpy(&count, set, sizeof count);
  const auto* sockets = reinterpret_cast<const SOCKET*>(set) + 1;
  for (uint32_t at = 0; at < count; ++at) {
    if (sockets[at] == socket) return 1;
  }
  return 0;
}

WSAEVENT createEvent(int* error) {
  refuse(error);
  return nullptr;
}

BOOL refuseEvent(WSAEVENT, int* error) {
  refuse(error);
  return 0;
}

constexpr auto closeEvent = refuseEvent;
constexpr auto setEvent = refuseEvent;
constexpr auto resetEvent = refuseEvent;

int getProviderPath(void*, char16_t*, int*, int* error) { return refuse(error); }
BOOL postMessage(void*, uint32_t, ULONG_PTR, ULONG_PTR) { return 0; }
int openCurrentThread(WSATHREADID*, int* error) { return refuse(error); }
int closeThread(WSATHREADID*, int* error) { return refuse(error); }
int queueApc(WSATHREADID*, void (*)(ULONG_PTR), ULONG_PTR, int* error) { return refuse(error); }

#endif

}  // namespace

WSPUPCALLTABLE upcallTable() {
  WSPUPCALLTABLE table{};
  table.lpWPUCloseEvent = closeEvent;
  table.lpWPUCloseSocketHandle = closeSocketHandle;
  table.lpWPUCreateEvent = createEvent;
  table.lpWPUCreateSocketHandle = createSocketHandle;
  table.lpWPUFDIsSet = isInSet;
  table.lpWPUGetProviderPath = getProviderPath;
  table.lpWPUModifyIFSHandle = modifyIfsHandle;
  table.lpWPUPostMessage = postMessage;
  table.lpWPUQueryBlockingCallback = queryBlockingCallback;
  table.lpWPUQuerySocketHandleContext = querySocketHandleContext;
  table.lpWPUQueueApc = queueApc;
  table.lpWPUResetEvent = resetEvent;
  table.lpWPUSetEvent = setEvent;
  table.lpWPUOpenCurrentThread = openCurrentThread;
  table.lpWPUCloseThread = closeThread;
  return table;
}

}  // namespace winport
