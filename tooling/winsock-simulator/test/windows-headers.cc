// Prints, as lines of "name value", what the Windows headers say of the structs and constants in @winport/definitions.
#include <winsock2.h>
#include <ws2ipdef.h>
#include <mstcpip.h>
#include <iphlpapi.h>

#include <cstddef>
#include <cstdio>
#include <type_traits>

namespace {

void print(const char *name, unsigned long long value) { std::printf("%s %llu\n", name, value); }

}  // namespace

#define SIZE(type) print("sizeof " #type, sizeof(type))
#define OFFSET(type, field) print("offsetof " #type "." #field, offsetof(type, field))
#define VALUE(constant) print(#constant, static_cast<unsigned long long>(constant))
#define VALUE32(constant) print(#constant, static_cast<DWORD>(constant))

int main() {
  SIZE(INET_PORT_RANGE);
  OFFSET(INET_PORT_RANGE, StartPort);
  OFFSET(INET_PORT_RANGE, NumberOfPorts);
  SIZE(INET_PORT_RESERVATION);
  SIZE(INET_PORT_RESERVATION_TOKEN);
  OFFSET(INET_PORT_RESERVATION_TOKEN, Token);
  SIZE(INET_PORT_RESERVATION_INSTANCE);
  OFFSET(INET_PORT_RESERVATION_INSTANCE, Reservation);
  OFFSET(INET_PORT_RESERVATION_INSTANCE, Token);
  SIZE(INET_PORT_RESERVATION_INFORMATION);
  OFFSET(INET_PORT_RESERVATION_INFORMATION, OwningPid);
  SIZE(SOCKADDR_IN);
  OFFSET(SOCKADDR_IN, sin_family);
  OFFSET(SOCKADDR_IN, sin_port);
  OFFSET(SOCKADDR_IN, sin_addr);
  OFFSET(SOCKADDR_IN, sin_zero);
  SIZE(SOCKADDR_IN6);
  OFFSET(SOCKADDR_IN6, sin6_family);
  OFFSET(SOCKADDR_IN6, sin6_port);
  OFFSET(SOCKADDR_IN6, sin6_flowinfo);
  OFFSET(SOCKADDR_IN6, sin6_addr);
  OFFSET(SOCKADDR_IN6, sin6_scope_id);

  VALUE32(SIO_ACQUIRE_PORT_RESERVATION);
  VALUE32(SIO_ASSOCIATE_PORT_RESERVATION);
  VALUE32(SIO_RELEASE_PORT_RESERVATION);
  VALUE(INVALID_PORT_RESERVATION_TOKEN);
  VALUE32(IOC_VOID);
  VALUE32(IOC_OUT);
  VALUE32(IOC_IN);
  VALUE32(IOC_INOUT);
  VALUE32(IOC_UNIX);
  VALUE32(IOC_WS2);
  VALUE32(IOC_PROTOCOL);
  VALUE32(IOC_VENDOR);
  VALUE32(AF_UNSPEC);
  VALUE32(AF_UNIX);
  VALUE32(AF_INET);
  VALUE32(AF_INET6);
  VALUE32(SOCK_STREAM);
  VALUE32(SOCK_DGRAM);
  VALUE32(SOCK_RAW);
  VALUE32(IPPROTO_TCP);
  VALUE32(IPPROTO_UDP);
  VALUE32(IPPROTO_IPV6);
  VALUE32(SOL_SOCKET);
  VALUE32(SO_REUSEADDR);
  VALUE32(SO_EXCLUSIVEADDRUSE);
  VALUE32(SO_ERROR);
  VALUE32(SO_KEEPALIVE);
  VALUE32(SO_BROADCAST);
  VALUE32(SO_LINGER);
  VALUE32(SO_SNDBUF);
  VALUE32(SO_RCVBUF);
  VALUE32(SO_TYPE);
  VALUE32(IPV6_V6ONLY);
  VALUE(INVALID_SOCKET);
  VALUE32(SOCKET_ERROR);
  VALUE32(WSA_FLAG_OVERLAPPED);
  VALUE32(WSA_FLAG_NO_HANDLE_INHERIT);
  VALUE32(SOMAXCONN);
  print("WINSOCK_VERSION", MAKEWORD(2, 2));

  VALUE32(WSA_IO_PENDING);
  VALUE32(WSA_IO_INCOMPLETE);
  VALUE32(WSA_OPERATION_ABORTED);
  VALUE32(WSAEINTR);
  VALUE32(WSAEACCES);
  VALUE32(WSAEFAULT);
  VALUE32(WSAEINVAL);
  VALUE32(WSAEMFILE);
  VALUE32(WSAEWOULDBLOCK);
  VALUE32(WSAEINPROGRESS);
  VALUE32(WSAENOTSOCK);
  VALUE32(WSAEMSGSIZE);
  VALUE32(WSAENOPROTOOPT);
  VALUE32(WSAEPROTONOSUPPORT);
  VALUE32(WSAEOPNOTSUPP);
  VALUE32(WSAEAFNOSUPPORT);
  VALUE32(WSAEADDRINUSE);
  VALUE32(WSAEADDRNOTAVAIL);
  VALUE32(WSAENETDOWN);
  VALUE32(WSAENETUNREACH);
  VALUE32(WSAECONNRESET);
  VALUE32(WSAENOBUFS);
  VALUE32(WSAEISCONN);
  VALUE32(WSAENOTCONN);
  VALUE32(WSAETIMEDOUT);
  VALUE32(WSAECONNREFUSED);
  VALUE32(WSAEHOSTUNREACH);
  VALUE32(WSASYSNOTREADY);
  VALUE32(WSAVERNOTSUPPORTED);
  VALUE32(WSANOTINITIALISED);
  VALUE32(ERROR_ACCESS_DENIED);
  VALUE32(ERROR_INVALID_PARAMETER);
  VALUE32(ERROR_SHARING_VIOLATION);
  VALUE32(ERROR_NOT_FOUND);
  VALUE32(ERROR_PROC_NOT_FOUND);
  VALUE32(ERROR_NOT_SUPPORTED);
  VALUE32(ERROR_OPERATION_ABORTED);

  // The declarations alone: mingw-w64 may have no import library for them, and Wine does not export them.
  using Create = ULONG(WINAPI *)(USHORT, USHORT, PULONG64);
  using Delete = ULONG(WINAPI *)(USHORT, USHORT);
  static_assert(std::is_same_v<decltype(&CreatePersistentTcpPortReservation), Create>);
  static_assert(std::is_same_v<decltype(&CreatePersistentUdpPortReservation), Create>);
  static_assert(std::is_same_v<decltype(&LookupPersistentTcpPortReservation), Create>);
  static_assert(std::is_same_v<decltype(&LookupPersistentUdpPortReservation), Create>);
  static_assert(std::is_same_v<decltype(&DeletePersistentTcpPortReservation), Delete>);
  static_assert(std::is_same_v<decltype(&DeletePersistentUdpPortReservation), Delete>);
}
