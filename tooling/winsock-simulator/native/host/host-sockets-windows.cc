#include "host/host-sockets.h"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <array>
#include <string>

namespace simulator::host {
namespace {

// The ws2_32 of System32, loaded by its path: another file of that name may be on the search path.
class Winsock {
 public:
  Winsock() {
    std::array<wchar_t, MAX_PATH + 1> folder{};
    const UINT length = GetSystemDirectoryW(folder.data(), static_cast<UINT>(folder.size()));
    const std::wstring path = std::wstring(folder.data(), length) + L"\\ws2_32.dll";
    module_ = LoadLibraryW(path.c_str());
    load(startUp, "WSAStartup");
    load(cleanUp, "WSACleanup");
    load(openSocket, "socket");
    load(openWsaSocket, "WSASocketW");
    load(close, "closesocket");
    load(bind, "bind");
    load(connect, "connect");
    load(listen, "listen");
    load(shutdown, "shutdown");
    load(localName, "getsockname");
    load(peerName, "getpeername");
    load(setOption, "setsockopt");
    load(getOption, "getsockopt");
    load(control, "ioctlsocket");
    load(ioctl, "WSAIoctl");
    load(overlappedResult, "WSAGetOverlappedResult");
  }

  bool isLoaded() const { return module_ != nullptr; }

  decltype(&::WSAStartup) startUp = nullptr;
  decltype(&::WSACleanup) cleanUp = nullptr;
  decltype(&::socket) openSocket = nullptr;
  decltype(&::WSASocketW) openWsaSocket = nullptr;
  decltype(&::closesocket) close = nullptr;
  decltype(&::bind) bind = nullptr;
  decltype(&::connect) connect = nullptr;
  decltype(&::listen) listen = nullptr;
  decltype(&::shutdown) shutdown = nullptr;
  decltype(&::getsockname) localName = nullptr;
  decltype(&::getpeername) peerName = nullptr;
  decltype(&::setsockopt) setOption = nullptr;
  decltype(&::getsockopt) getOption = nullptr;
  decltype(&::ioctlsocket) control = nullptr;
  decltype(&::WSAIoctl) ioctl = nullptr;
  decltype(&::WSAGetOverlappedResult) overlappedResult = nullptr;

 private:
  template <typename Function>
  void load(Function& function, const char* name) {
    if (module_ != nullptr) function = reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(module_, name)));
  }

  HMODULE module_;  // never unloaded: sockets may outlive this object
};

const Winsock& winsock() {
  static const Winsock loaded;
  return loaded;
}

// A SOCKET has the size of a pointer.
SOCKET socketOf(uint64_t handle) { return static_cast<SOCKET>(handle); }

int resultOf(int returned) { return returned == 0 ? 0 : static_cast<int>(GetLastError()); }

struct WindowsSockaddr {
  sockaddr_storage storage{};
  int length = sizeof storage;

  WindowsSockaddr() = default;
  explicit WindowsSockaddr(const SocketAddress& from) { writeWindowsSockaddr(from, &storage, &length); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

}  // namespace

int startUp(uint16_t version, void* wsaData) {
  return winsock().isLoaded() ? winsock().startUp(version, static_cast<WSADATA*>(wsaData)) : WSASYSNOTREADY;
}

void cleanUp() { winsock().cleanUp(); }

int open(const OpenRequest& request, OpenedSocket& opened) {
  auto* info = static_cast<WSAPROTOCOL_INFOW*>(const_cast<void*>(request.protocolInfo));
  const SOCKET handle =
      winsock().openWsaSocket(request.family, request.type, request.protocol, info, request.group, request.flags);
  if (handle == INVALID_SOCKET) return static_cast<int>(GetLastError());
  opened = {{handle, identify(handle)}, describe(handle)};
  return 0;
}

const bool kOpensDualStack = false;

int close(uint64_t handle) { return resultOf(winsock().close(socketOf(handle))); }

uint64_t identify(uint64_t handle) {
  int type;
  int length = sizeof type;
  return winsock().getOption(socketOf(handle), SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &length) == 0 ? 1 : 0;
}

Traits describe(uint64_t handle) {
  WSAPROTOCOL_INFOW info{};
  int length = sizeof info;
  if (winsock().getOption(socketOf(handle), SOL_SOCKET, SO_PROTOCOL_INFOW, reinterpret_cast<char*>(&info), &length) != 0) {
    return {Protocol::kOther, 0};
  }
  const auto family = static_cast<uint16_t>(info.iAddressFamily);
  if (family != AF_INET && family != AF_INET6) return {Protocol::kOther, family};
  switch (info.iProtocol) {
    case IPPROTO_TCP: return {Protocol::kTcp, family};
    case IPPROTO_UDP: return {Protocol::kUdp, family};
    default: return {Protocol::kOther, family};
  }
}

int bind(uint64_t handle, Protocol, const SocketAddress& address) {
  WindowsSockaddr to(address);
  return resultOf(winsock().bind(socketOf(handle), to.get(), to.length));
}

int connect(uint64_t handle, const SocketAddress& address) {
  WindowsSockaddr to(address);
  return resultOf(winsock().connect(socketOf(handle), to.get(), to.length));
}

int listen(uint64_t handle, int backlog) { return resultOf(winsock().listen(socketOf(handle), backlog)); }

int shutdown(uint64_t handle, int how) { return resultOf(winsock().shutdown(socketOf(handle), how)); }

int localAddress(uint64_t handle, SocketAddress& address) {
  WindowsSockaddr from;
  if (const int error = resultOf(winsock().localName(socketOf(handle), from.get(), &from.length))) return error;
  SocketAddress local;
  if (const int error = readWindowsSockaddr(&from.storage, from.length, local)) return error;
  if (local.port == 0) return WSAEINVAL;
  address = local;
  return 0;
}

int peerAddress(uint64_t handle, SocketAddress& address) {
  WindowsSockaddr from;
  if (const int error = resultOf(winsock().peerName(socketOf(handle), from.get(), &from.length))) return error;
  return readWindowsSockaddr(&from.storage, from.length, address);
}

int setOption(uint64_t handle, int level, int name, const void* value, int length) {
  return resultOf(winsock().setOption(socketOf(handle), level, name, static_cast<const char*>(value), length));
}

int getOption(uint64_t handle, int level, int name, void* value, int* length) {
  return resultOf(winsock().getOption(socketOf(handle), level, name, static_cast<char*>(value), length));
}

int control(uint64_t handle, uint32_t code, uint32_t* argument) {
  return resultOf(winsock().control(socketOf(handle), static_cast<LONG>(code), reinterpret_cast<u_long*>(argument)));
}

bool canBind(Protocol protocol, const SocketAddress& address) {
  const SOCKET probe = winsock().openSocket(address.family, protocol == Protocol::kTcp ? SOCK_STREAM : SOCK_DGRAM, 0);
  if (probe == INVALID_SOCKET) return false;
  const BOOL on = TRUE;
  setOption(probe, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, &on, sizeof on);
  const bool possible = bind(probe, protocol, address) == 0;
  close(probe);
  return possible;
}

int passIoctl(const PassedIoctl& call) {
  return resultOf(winsock().ioctl(socketOf(call.handle), call.code, call.in, call.inLength, call.out, call.outLength,
                                  reinterpret_cast<DWORD*>(call.bytesReturned), static_cast<WSAOVERLAPPED*>(call.overlapped),
                                  reinterpret_cast<LPWSAOVERLAPPED_COMPLETION_ROUTINE>(call.completion)));
}

int passCancel(uint64_t handle, void* overlapped) {
  const bool cancelled = CancelIoEx(reinterpret_cast<HANDLE>(socketOf(handle)), static_cast<OVERLAPPED*>(overlapped));
  return cancelled ? 0 : static_cast<int>(GetLastError());
}

int passOverlappedResult(uint64_t handle, void* overlapped, uint32_t* bytes, bool wait, uint32_t* flags) {
  return winsock().overlappedResult(socketOf(handle), static_cast<WSAOVERLAPPED*>(overlapped), reinterpret_cast<DWORD*>(bytes), wait,
                                    reinterpret_cast<DWORD*>(flags))
             ? 0
             : static_cast<int>(GetLastError());
}

}  // namespace simulator::host
