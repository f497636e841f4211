// Uses system calls instead of libc, because this library exports functions such as bind and socket itself.
#include "host/host-sockets.h"

#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "abi/winsock-errors.h"
#include "host/errno-linux.h"
#include "host/file-descriptor-linux.h"
#include "host/socket-options-linux.h"

namespace simulator::host {
namespace {

constexpr uint32_t kWinsockFionbio = 0x8004667E;
constexpr uint32_t kWinsockFionread = 0x4004667F;

int descriptorOf(uint64_t handle) { return handle <= INT32_MAX ? static_cast<int>(handle) : -1; }

int resultOf(long returned) { return returned == 0 ? 0 : winsockErrorOf(errno); }

int linuxFamily(int family) {
  switch (family) {
    case 1: return AF_UNIX;
    case kFamilyInet: return AF_INET;
    case kFamilyInet6: return AF_INET6;
    default: return -1;
  }
}

struct LinuxSockaddr {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;

  LinuxSockaddr() = default;
  explicit LinuxSockaddr(const SocketAddress& from) {
    if (from.family == kFamilyInet) {
      sockaddr_in in{};
      in.sin_family = AF_INET;
      in.sin_port = __builtin_bswap16(from.port);
      std::memcpy(&in.sin_addr, from.bytes.data(), 4);
      std::memcpy(&storage, &in, length = sizeof in);
    } else {
      sockaddr_in6 in{};
      in.sin6_family = AF_INET6;
      in.sin6_port = __builtin_bswap16(from.port);
      in.sin6_flowinfo = from.flowInfo;
      in.sin6_scope_id = from.scopeId;
      std::memcpy(&in.sin6_addr, from.bytes.data(), 16);
      std::memcpy(&storage, &in, length = sizeof in);
    }
  }

  int read(SocketAddress& to) const {
    SocketAddress address;
    if (storage.ss_family == AF_INET) {
      sockaddr_in in;
      std::memcpy(&in, &storage, sizeof in);
      address.family = kFamilyInet;
      address.port = __builtin_bswap16(in.sin_port);
      std::memcpy(address.bytes.data(), &in.sin_addr, 4);
    } else if (storage.ss_family == AF_INET6) {
      sockaddr_in6 in;
      std::memcpy(&in, &storage, sizeof in);
      address.family = kFamilyInet6;
      address.port = __builtin_bswap16(in.sin6_port);
      address.flowInfo = in.sin6_flowinfo;
      address.scopeId = in.sin6_scope_id;
      std::memcpy(address.bytes.data(), &in.sin6_addr, 16);
    } else {
      return WSAEOPNOTSUPP;
    }
    to = address;
    return 0;
  }
};

int numericOption(int descriptor, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  return syscall(SYS_getsockopt, descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

Traits traitsOf(int domain, int protocol) {
  if (domain != AF_INET && domain != AF_INET6) return {Protocol::kOther, 0};
  const uint16_t family = domain == AF_INET ? kFamilyInet : kFamilyInet6;
  switch (protocol) {
    case IPPROTO_TCP: return {Protocol::kTcp, family};
    case IPPROTO_UDP: return {Protocol::kUdp, family};
    default: return {Protocol::kOther, family};
  }
}

// The protocol that the system chooses for 0.
int defaultProtocol(int type) { return type == SOCK_STREAM ? IPPROTO_TCP : type == SOCK_DGRAM ? IPPROTO_UDP : 0; }

// Windows binds a TCP port that is in TIME_WAIT. Linux does so only with SO_REUSEADDR.
void allowTimeWait(int descriptor) {
  const int on = 1;
  syscall(SYS_setsockopt, descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

}  // namespace

int startUp(uint16_t version, void* wsaData) {
  struct Data {
    uint16_t version, highVersion, maxSockets, maxUdp;
    char* vendor;
    char description[257];
    char status[129];
  };
  static_assert(sizeof(Data) == 408);
  const unsigned major = version & 0xff;
  const unsigned minor = version >> 8;
  if (major == 0) return WSAVERNOTSUPPORTED;
  Data data{};
  data.version = major > 2 || (major == 2 && minor > 2) ? 0x0202 : version;
  data.highVersion = 0x0202;
  std::strcpy(data.description, "WinSock 2.0 (simulator)");
  std::strcpy(data.status, "Running");
  std::memcpy(wsaData, &data, sizeof data);
  return 0;
}

void cleanUp() {}

int open(const OpenRequest& request, OpenedSocket& opened) {
  int family = request.family;
  int type = request.type;
  int protocol = request.protocol;
  if (request.protocolInfo != nullptr) {
    int32_t fields[5];  // iAddressFamily, iMaxSockAddr, iMinSockAddr, iSocketType, iProtocol
    std::memcpy(fields, static_cast<const char*>(request.protocolInfo) + 76, sizeof fields);
    constexpr int kFromProtocolInfo = -1;
    if (family == kFromProtocolInfo) family = fields[0];
    if (type == kFromProtocolInfo) type = fields[3];
    if (protocol == kFromProtocolInfo) protocol = fields[4];
  }
  const int domain = linuxFamily(family);
  if (domain < 0) return WSAEAFNOSUPPORT;
  if (type < 1 || type > 5) return WSAESOCKTNOSUPPORT;
  const long descriptor = syscall(SYS_socket, domain, type | SOCK_CLOEXEC, protocol);
  if (descriptor < 0) return winsockErrorOf(errno);
  const auto handle = static_cast<uint64_t>(descriptor);
  opened = {{handle, identify(handle)}, traitsOf(domain, protocol != 0 ? protocol : defaultProtocol(type))};
  return 0;
}

const bool kOpensDualStack = true;

int close(uint64_t handle) { return resultOf(syscall(SYS_close, descriptorOf(handle))); }

uint64_t identify(uint64_t handle) {
  struct stat status;
  return fstat(descriptorOf(handle), &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_ino : 0;
}

Traits describe(uint64_t handle) {
  const int descriptor = descriptorOf(handle);
  return traitsOf(numericOption(descriptor, SO_DOMAIN), numericOption(descriptor, SO_PROTOCOL));
}

int bind(uint64_t handle, Protocol protocol, const SocketAddress& address) {
  const LinuxSockaddr to(address);
  if (protocol == Protocol::kTcp) allowTimeWait(descriptorOf(handle));
  return resultOf(syscall(SYS_bind, descriptorOf(handle), &to.storage, to.length));
}

int connect(uint64_t handle, const SocketAddress& address) {
  const LinuxSockaddr to(address);
  return resultOf(syscall(SYS_connect, descriptorOf(handle), &to.storage, to.length));
}

int listen(uint64_t handle, int backlog) { return resultOf(syscall(SYS_listen, descriptorOf(handle), backlog)); }

int shutdown(uint64_t handle, int how) { return resultOf(syscall(SYS_shutdown, descriptorOf(handle), how)); }

int localAddress(uint64_t handle, SocketAddress& address) {
  LinuxSockaddr from;
  if (syscall(SYS_getsockname, descriptorOf(handle), &from.storage, &from.length) != 0) return winsockErrorOf(errno);
  SocketAddress local;
  if (const int error = from.read(local)) return error;
  if (local.port == 0) return WSAEINVAL;
  address = local;
  return 0;
}

int peerAddress(uint64_t handle, SocketAddress& address) {
  LinuxSockaddr from;
  if (syscall(SYS_getpeername, descriptorOf(handle), &from.storage, &from.length) != 0) return winsockErrorOf(errno);
  return from.read(address);
}

int setOption(uint64_t handle, int level, int name, const void* value, int length) {
  constexpr int kExclusiveAddrUse = ~4;  // how Linux always behaves
  if (level == 0xffff && name == kExclusiveAddrUse) return 0;
  return setLinuxOption(descriptorOf(handle), level, name, value, length);
}

int getOption(uint64_t handle, int level, int name, void* value, int* length) {
  return getLinuxOption(descriptorOf(handle), level, name, value, length);
}

int control(uint64_t handle, uint32_t code, uint32_t* argument) {
  if (code != kWinsockFionbio && code != kWinsockFionread) return WSAEOPNOTSUPP;
  if (argument == nullptr) return WSAEFAULT;
  int value = static_cast<int>(*argument);
  const int error = resultOf(::ioctl(descriptorOf(handle), code == kWinsockFionbio ? FIONBIO : FIONREAD, &value));
  if (error == 0 && code == kWinsockFionread) *argument = static_cast<uint32_t>(value);
  return error;
}

bool canBind(Protocol protocol, const SocketAddress& address) {
  const LinuxSockaddr to(address);
  const FileDescriptor probe(static_cast<int>(syscall(
      SYS_socket, linuxFamily(address.family), (protocol == Protocol::kTcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0)));
  return probe && syscall(SYS_bind, probe.get(), &to.storage, to.length) == 0;
}

int passIoctl(const PassedIoctl& call) {
  if (call.bytesReturned != nullptr) *call.bytesReturned = 0;
  if (call.code == kWinsockFionbio) {
    if (call.in == nullptr || call.inLength < sizeof(uint32_t)) return WSAEFAULT;
    uint32_t value;
    std::memcpy(&value, call.in, sizeof value);
    return control(call.handle, call.code, &value);
  }
  if (call.code == kWinsockFionread) {
    if (call.out == nullptr || call.outLength < sizeof(uint32_t)) return WSAEFAULT;
    uint32_t value = 0;
    if (const int error = control(call.handle, call.code, &value)) return error;
    std::memcpy(call.out, &value, sizeof value);
    if (call.bytesReturned != nullptr) *call.bytesReturned = sizeof value;
    return 0;
  }
  return WSAEOPNOTSUPP;
}

int passCancel(uint64_t handle, void*) { return identify(handle) == 0 ? ERROR_INVALID_HANDLE : ERROR_NOT_FOUND; }

int passOverlappedResult(uint64_t, void*, uint32_t*, bool, uint32_t*) { return WSA_IO_INCOMPLETE; }

}  // namespace simulator::host
