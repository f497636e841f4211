#include <cstring>

#include "abi/socket-address.h"
#include "exports/winsock-call.h"
#include "host/host-sockets.h"
#include "process/binding.h"
#include "process/protocol-info.h"

using namespace simulator;

namespace {

SOCKET openSocket(const host::OpenRequest& request) {
  SOCKET handle = INVALID_SOCKET;
  winsockCall(WINSOCK_SIMULATOR_SOCKET, INVALID_SOCKET, [&](SimulatedProcess& process, auto&) {
    host::OpenedSocket opened;
    if (const int error = host::open(request, opened)) return error;
    if (SimulatedSocket* former = process.sockets.remembered(opened.identity.handle)) process.letGo(*former);
    SimulatedSocket& socket = process.sockets.add(opened, (request.flags & WSA_FLAG_OVERLAPPED) != 0);
    if (host::kOpensDualStack && socket.family == AF_INET6) socket.pendingV6Only = true;
    handle = static_cast<SOCKET>(opened.identity.handle);
    return 0;
  });
  return handle;
}

bool isV6Only(int level, int name) { return level == IPPROTO_IPV6 && name == IPV6_V6ONLY; }

bool isSharingOption(int level, int name) {
  return level == SOL_SOCKET && (name == SO_REUSEADDR || name == static_cast<int>(SO_EXCLUSIVEADDRUSE));
}

}  // namespace

EXPORT int WSAAPI WSAStartup(WORD version, LPWSADATA data) {
  return atBorder([&] {
    SimulatedProcess& process = SimulatedProcess::current();
    std::unique_lock lock(process.mutex);
    const int fault = process.script.next(WINSOCK_SIMULATOR_WSASTARTUP);
    if (const uint32_t latency = process.script.latency(WINSOCK_SIMULATOR_WSASTARTUP)) {
      if (const int interrupted = process.pending.delay(lock, INVALID_SOCKET, latency)) return interrupted;
    }
    if (fault != 0) return fault;
    if (data == nullptr) return static_cast<int>(WSAEFAULT);
    if (process.pool() == nullptr) return static_cast<int>(WSASYSNOTREADY);
    const int error = host::startUp(version, data);
    if (error == 0) ++process.startups;
    return error;
  });
}

EXPORT int WSAAPI WSACleanup() {
  const int error = winsockCall(WINSOCK_SIMULATOR_WSACLEANUP, INVALID_SOCKET, [](SimulatedProcess& process, auto&) {
    host::cleanUp();
    if (--process.startups == 0) process.pending.cancelAll();
    return 0;
  });
  return error == 0 ? 0 : SOCKET_ERROR;
}

EXPORT SOCKET WSAAPI socket(int family, int type, int protocol) {
  return openSocket({family, type, protocol, nullptr, 0, WSA_FLAG_OVERLAPPED});
}

EXPORT SOCKET WSAAPI WSASocketW(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags) {
  return openSocket({family, type, protocol, info, group, flags});
}

EXPORT int WSAAPI closesocket(SOCKET s) {
  const int error = winsockCall(WINSOCK_SIMULATOR_CLOSESOCKET, s, [&](SimulatedProcess& process, auto&) {
    SimulatedSocket* socket = process.sockets.remembered(s);
    const uint64_t inode = host::identify(s);
    if (socket != nullptr && socket->identity.inode != inode) {
      process.pending.cancel(s, nullptr);
      process.letGo(*socket);
      if (inode != 0) {
        socket->gone = true;  // another socket has this handle now; it is not the caller's to close
      } else {
        process.sockets.remove(s);
      }
      return WSAENOTSOCK;
    }
    process.pending.cancel(s, nullptr);
    if (const int refused = host::close(s)) return refused;
    if (socket != nullptr) {
      process.letGo(*socket);
      process.sockets.remove(s);
    }
    return 0;
  });
  return error == 0 ? 0 : SOCKET_ERROR;
}

EXPORT int WSAAPI bind(SOCKET s, const sockaddr* name, int length) {
  return socketCall(WINSOCK_SIMULATOR_BIND, s, [&](SimulatedProcess& process, auto&, SimulatedSocket& socket) {
    SocketAddress address;
    if (const int error = readWindowsSockaddr(name, length, address)) return error;
    return bindSocket(process, socket, address);
  });
}

EXPORT int WSAAPI connect(SOCKET s, const sockaddr* name, int length) {
  return socketCall(WINSOCK_SIMULATOR_CONNECT, s, [&](SimulatedProcess& process, auto& lock, SimulatedSocket& socket) {
    SocketAddress address;
    if (const int error = readWindowsSockaddr(name, length, address)) return error;
    if (socket.protocol != Protocol::kOther && !isBound(socket)) {
      SocketAddress any;
      any.family = address.family;
      if (const int error = bindSocket(process, socket, any)) return error;
    }
    applyV6Only(socket);
    lock.unlock();
    return host::connect(s, address);
  });
}

EXPORT int WSAAPI listen(SOCKET s, int backlog) {
  return socketCall(WINSOCK_SIMULATOR_LISTEN, s, [&](SimulatedProcess&, auto&, SimulatedSocket& socket) {
    return isBound(socket) ? host::listen(s, backlog) : WSAEINVAL;
  });
}

EXPORT int WSAAPI shutdown(SOCKET s, int how) {
  return socketCall(WINSOCK_SIMULATOR_SHUTDOWN, s,
                    [&](SimulatedProcess&, auto&, SimulatedSocket&) { return host::shutdown(s, how); });
}

EXPORT int WSAAPI getsockname(SOCKET s, sockaddr* name, int* length) {
  return socketCall(WINSOCK_SIMULATOR_GETSOCKNAME, s, [&](SimulatedProcess&, auto&, SimulatedSocket& socket) {
    if (socket.fixedAddress) return writeWindowsSockaddr(*socket.fixedAddress, name, length);
    SocketAddress address;
    if (const int error = host::localAddress(s, address)) return error;
    return writeWindowsSockaddr(address, name, length);
  });
}

EXPORT int WSAAPI getpeername(SOCKET s, sockaddr* name, int* length) {
  return socketCall(WINSOCK_SIMULATOR_GETPEERNAME, s, [&](SimulatedProcess&, auto&, SimulatedSocket&) {
    SocketAddress address;
    if (const int error = host::peerAddress(s, address)) return error;
    return writeWindowsSockaddr(address, name, length);
  });
}

EXPORT int WSAAPI setsockopt(SOCKET s, int level, int name, const char* value, int length) {
  return socketCall(WINSOCK_SIMULATOR_SETSOCKOPT, s, [&](SimulatedProcess&, auto&, SimulatedSocket& socket) {
    if (value == nullptr || length < 1) return WSAEFAULT;
    if (socket.pendingV6Only && isV6Only(level, name)) {
      int32_t v6Only;
      if (length < static_cast<int>(sizeof v6Only)) return WSAEFAULT;
      std::memcpy(&v6Only, value, sizeof v6Only);
      socket.pendingV6Only = v6Only != 0;
      return 0;
    }
    if (!isSharingOption(level, name)) return host::setOption(s, level, name, value, length);
    bool& option = name == SO_REUSEADDR ? socket.shareable : socket.exclusive;
    const bool other = name == SO_REUSEADDR ? socket.exclusive : socket.shareable;
    const bool on = value[0] != 0;
    if (on && other) return static_cast<int>(WSAEINVAL);  // Windows refuses both on one socket
    if (const int error = host::setOption(s, level, name, value, length)) return error;
    option = on;
    return 0;
  });
}

EXPORT int WSAAPI getsockopt(SOCKET s, int level, int name, char* value, int* length) {
  return socketCall(WINSOCK_SIMULATOR_GETSOCKOPT, s, [&](SimulatedProcess&, auto&, SimulatedSocket& socket) {
    if (value == nullptr || length == nullptr) return WSAEFAULT;
    if (level == SOL_SOCKET && name == SO_PROTOCOL_INFOW) return writeProtocolInfo(socket, value, length);
    if (isV6Only(level, name)) applyV6Only(socket);
    if (!isSharingOption(level, name)) return host::getOption(s, level, name, value, length);
    const int32_t answer = name == SO_REUSEADDR ? socket.shareable : socket.exclusive;
    if (*length < static_cast<int>(sizeof answer)) return WSAEFAULT;
    std::memcpy(value, &answer, sizeof answer);
    *length = sizeof answer;
    return 0;
  });
}

EXPORT int WSAAPI ioctlsocket(SOCKET s, LONG command, ULONG* argument) {
  return socketCall(WINSOCK_SIMULATOR_IOCTL, s, [&](SimulatedProcess&, auto&, SimulatedSocket&) {
    return host::control(s, static_cast<uint32_t>(command), reinterpret_cast<uint32_t*>(argument));
  });
}
