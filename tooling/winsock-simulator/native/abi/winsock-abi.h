#pragma once

// The types of Winsock as Windows declares them; outside Windows, as x64 Windows does. Do not include <sys/socket.h> in the same file.

#ifdef _WIN32

// No dllimport: this library defines these functions.
#define WINSOCK_API_LINKAGE
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>
#define EXPORT extern "C"

#else

#include <cstddef>
#include <cstdint>

#define EXPORT extern "C" __attribute__((visibility("default")))
#define WSAAPI
#define WINAPI
#define CALLBACK

using SOCKET = uint64_t;
using HANDLE = void*;
using WSAEVENT = void*;
using BOOL = int32_t;
using BOOLEAN = uint8_t;
using WORD = uint16_t;
using USHORT = uint16_t;
using DWORD = uint32_t;
using LONG = int32_t;
using ULONG = uint32_t;
using ULONG64 = uint64_t;
using ULONG_PTR = uint64_t;
using LPVOID = void*;
using LPDWORD = DWORD*;
using LPCWSTR = const char16_t*;
using GROUP = uint32_t;

struct sockaddr;
struct SECURITY_ATTRIBUTES;
using LPSECURITY_ATTRIBUTES = SECURITY_ATTRIBUTES*;

struct WSADATA {
  WORD wVersion;
  WORD wHighVersion;
  uint16_t iMaxSockets;
  uint16_t iMaxUdpDg;
  char* lpVendorInfo;
  char szDescription[257];
  char szSystemStatus[129];
};
using LPWSADATA = WSADATA*;
static_assert(offsetof(WSADATA, szDescription) == 16 && sizeof(WSADATA) == 408);

struct OVERLAPPED {
  ULONG_PTR Internal;
  ULONG_PTR InternalHigh;
  DWORD Offset;
  DWORD OffsetHigh;
  HANDLE hEvent;
};
using WSAOVERLAPPED = OVERLAPPED;
using LPOVERLAPPED = OVERLAPPED*;
using LPWSAOVERLAPPED = OVERLAPPED*;
static_assert(sizeof(OVERLAPPED) == 32 && offsetof(OVERLAPPED, hEvent) == 24);
using LPWSAOVERLAPPED_COMPLETION_ROUTINE = void (*)(DWORD, DWORD, LPWSAOVERLAPPED, DWORD);

struct WSAPROTOCOLCHAIN {
  int32_t ChainLen;
  DWORD ChainEntries[7];
};
struct WSAPROTOCOL_INFOW {
  DWORD dwServiceFlags1;
  DWORD dwServiceFlags2;
  DWORD dwServiceFlags3;
  DWORD dwServiceFlags4;
  DWORD dwProviderFlags;
  uint8_t ProviderId[16];
  DWORD dwCatalogEntryId;
  WSAPROTOCOLCHAIN ProtocolChain;
  int32_t iVersion;
  int32_t iAddressFamily;
  int32_t iMaxSockAddr;
  int32_t iMinSockAddr;
  int32_t iSocketType;
  int32_t iProtocol;
  int32_t iProtocolMaxOffset;
  int32_t iNetworkByteOrder;
  int32_t iSecurityScheme;
  DWORD dwMessageSize;
  DWORD dwProviderReserved;
  char16_t szProtocol[256];
};
using LPWSAPROTOCOL_INFOW = WSAPROTOCOL_INFOW*;
static_assert(offsetof(WSAPROTOCOL_INFOW, iAddressFamily) == 76 && sizeof(WSAPROTOCOL_INFOW) == 628);

using WAITORTIMERCALLBACK = void (*)(void*, BOOLEAN);

inline constexpr SOCKET INVALID_SOCKET = ~SOCKET{0};
inline constexpr int SOCKET_ERROR = -1;
inline constexpr int SOCK_STREAM = 1;
inline constexpr int SOCK_DGRAM = 2;
inline constexpr int SOCK_RAW = 3;
inline constexpr int IPPROTO_IP = 0;
inline constexpr int IPPROTO_TCP = 6;
inline constexpr int IPPROTO_UDP = 17;
inline constexpr int IPPROTO_IPV6 = 41;
inline constexpr int AF_INET = 2;
inline constexpr int AF_INET6 = 23;
inline constexpr int SOL_SOCKET = 0xffff;
inline constexpr int SO_REUSEADDR = 4;
inline constexpr int SO_EXCLUSIVEADDRUSE = ~SO_REUSEADDR;
inline constexpr int SO_PROTOCOL_INFOW = 0x2005;
inline constexpr int IPV6_V6ONLY = 27;
inline constexpr int FROM_PROTOCOL_INFO = -1;
inline constexpr DWORD WSA_FLAG_OVERLAPPED = 0x01;
inline constexpr DWORD FIONBIO = 0x8004667E;
inline constexpr DWORD FIONREAD = 0x4004667F;
inline constexpr BOOL TRUE = 1;
inline constexpr BOOL FALSE = 0;
inline constexpr DWORD INFINITE = 0xFFFFFFFF;
inline constexpr DWORD WAIT_OBJECT_0 = 0;
inline constexpr DWORD WAIT_TIMEOUT = 258;
inline constexpr DWORD WAIT_FAILED = 0xFFFFFFFF;
inline constexpr DWORD MAXIMUM_WAIT_OBJECTS = 64;
inline constexpr ULONG WT_EXECUTEONLYONCE = 0x8;
inline const HANDLE INVALID_HANDLE_VALUE = reinterpret_cast<HANDLE>(~uintptr_t{0});

#endif

namespace simulator {

inline constexpr DWORD kAcquirePortReservation = 0x98000064;
inline constexpr DWORD kReleasePortReservation = 0x98000065;
inline constexpr DWORD kAssociatePortReservation = 0x98000066;

}  // namespace simulator
