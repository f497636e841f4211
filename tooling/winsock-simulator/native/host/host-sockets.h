#pragma once

#include <cstdint>

#include "abi/socket-address.h"
#include "host/socket-identity.h"

// The real sockets of this machine. Handles, families, options and errors are those of Winsock. A function that returns int returns
// a Winsock error, 0 for success.
namespace simulator::host {

int startUp(uint16_t version, void* wsaData);
void cleanUp();

struct OpenRequest {
  int family;
  int type;
  int protocol;
  const void* protocolInfo;  // WSAPROTOCOL_INFOW or null
  uint32_t group;
  uint32_t flags;  // WSA_FLAG_...
};
struct Traits {
  Protocol protocol;
  uint16_t family;
};
struct OpenedSocket {
  SocketIdentity identity;
  Traits traits;
};
int open(const OpenRequest& request, OpenedSocket& opened);

// Whether the system opens IPv6 sockets without IPV6_V6ONLY, which is set by default on Windows.
extern const bool kOpensDualStack;

int close(uint64_t handle);

// Returns the inode (Linux) or 1 (Windows) of an open socket, and 0 for anything else.
uint64_t identify(uint64_t handle);

Traits describe(uint64_t handle);

int bind(uint64_t handle, Protocol protocol, const SocketAddress& address);  // WSAEINVAL if it is bound
int connect(uint64_t handle, const SocketAddress& address);
int listen(uint64_t handle, int backlog);
int shutdown(uint64_t handle, int how);
int localAddress(uint64_t handle, SocketAddress& address);  // WSAEINVAL if it is unbound
int peerAddress(uint64_t handle, SocketAddress& address);
int setOption(uint64_t handle, int level, int name, const void* value, int length);
int getOption(uint64_t handle, int level, int name, void* value, int* length);
int control(uint64_t handle, uint32_t code, uint32_t* argument);  // ioctlsocket

// Whether a socket of this protocol can be bound to the address now.
bool canBind(Protocol protocol, const SocketAddress& address);

struct PassedIoctl {
  uint64_t handle;
  uint32_t code;
  void* in;
  uint32_t inLength;
  void* out;
  uint32_t outLength;
  uint32_t* bytesReturned;
  void* overlapped;  // WSAOVERLAPPED or null
  void* completion;  // LPWSAOVERLAPPED_COMPLETION_ROUTINE or null
};
int passIoctl(const PassedIoctl& call);
// These two pass on calls that are not pending in the simulator.
int passCancel(uint64_t handle, void* overlapped);
int passOverlappedResult(uint64_t handle, void* overlapped, uint32_t* bytes, bool wait, uint32_t* flags);

}  // namespace simulator::host
