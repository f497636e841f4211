#include "winsock.h"

#include <cstdio>
#include <cstdlib>
#include <type_traits>

#ifdef _WIN32
static void* open(const char* path) { return reinterpret_cast<void*>(LoadLibraryA(path)); }
static void* lookUp(void* library, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}
#else
#include <dlfcn.h>
static void* open(const char* path) { return dlopen(path, RTLD_NOW | RTLD_LOCAL); }
static void* lookUp(void* library, const char* name) { return dlsym(library, name); }
#endif

namespace {

[[noreturn]] void giveUp(const char* what, const char* name) {
  std::fprintf(stderr, "%s: %s\n", what, name == nullptr ? "(nothing)" : name);
  std::exit(2);
}

}  // namespace

Winsock::Winsock() {
  const char* path = std::getenv("WINSOCK_SIMULATOR_LIBRARY");
  void* library = path == nullptr ? nullptr : open(path);
  if (library == nullptr) giveUp("cannot load WINSOCK_SIMULATOR_LIBRARY", path);
  const auto load = [&](auto& function, const char* name) {
    void* found = lookUp(library, name);
    if (found == nullptr) giveUp("not exported", name);
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(found);
  };
#define LOAD(name) load(name, #name)
  LOAD(WSAStartup);
  LOAD(WSACleanup);
  LOAD(WSAGetLastError);
  LOAD(WSASetLastError);
  LOAD(socket);
  LOAD(WSASocketW);
  LOAD(closesocket);
  LOAD(bind);
  LOAD(connect);
  LOAD(listen);
  LOAD(shutdown);
  LOAD(getsockname);
  LOAD(getpeername);
  LOAD(setsockopt);
  LOAD(getsockopt);
  LOAD(ioctlsocket);
  LOAD(WSAIoctl);
  LOAD(WSAGetOverlappedResult);
  LOAD(WSPStartup);
  LOAD(GetCurrentProcess);
  LOAD(GetCurrentThread);
  LOAD(DuplicateHandle);
  LOAD(VirtualAlloc);
  LOAD(VirtualProtect);
  LOAD(FlushInstructionCache);
  LOAD(htons);
  LOAD(htonl);
  LOAD(WSACreateEvent);
  LOAD(WSACloseEvent);
  LOAD(WSASetEvent);
  LOAD(WSAResetEvent);
  LOAD(WSAWaitForMultipleEvents);
  LOAD(CancelIoEx);
  LOAD(CreateEventW);
  LOAD(SetEvent);
  LOAD(ResetEvent);
  LOAD(CloseHandle);
  LOAD(WaitForSingleObject);
  LOAD(RegisterWaitForSingleObject);
  LOAD(UnregisterWaitEx);
  LOAD(CreatePersistentTcpPortReservation);
  LOAD(CreatePersistentUdpPortReservation);
  LOAD(LookupPersistentTcpPortReservation);
  LOAD(LookupPersistentUdpPortReservation);
  LOAD(DeletePersistentTcpPortReservation);
  LOAD(DeletePersistentUdpPortReservation);
#undef LOAD
#define LOAD(name) load(name, "WinsockSimulator_" #name)
  LOAD(Reset);
  LOAD(SetWorld);
  LOAD(SetElevated);
  LOAD(AddExclusion);
  LOAD(ClearExclusions);
  LOAD(SetDynamicRange);
  LOAD(SetLatency);
  LOAD(ReleasePending);
  LOAD(PendingCount);
  LOAD(InterruptBlocked);
  LOAD(FailNext);
  LOAD(Counts);
  LOAD(TryUpcalls);
  LOAD(Reboot);
  LOAD(UsePool);
  LOAD(DestroyPool);
#undef LOAD
}

const Winsock winsock;
