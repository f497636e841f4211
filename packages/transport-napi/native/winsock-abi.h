#pragma once

// The types of Winsock and kernel32 that cross the border: Windows' own where there is a Windows, else what x64 Windows has.

#include <cstddef>
#include <cstdint>

#ifdef _WIN32

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <windows.h>

static_assert(sizeof(INET_PORT_RANGE) == 4 && offsetof(INET_PORT_RANGE, NumberOfPorts) == 2);
static_assert(sizeof(INET_PORT_RESERVATION_TOKEN) == 8);
static_assert(sizeof(INET_PORT_RESERVATION_INSTANCE) == 16 && offsetof(INET_PORT_RESERVATION_INSTANCE, Token) == 8);
static_assert(SIO_ACQUIRE_PORT_RESERVATION == 0x98000064 && SIO_ASSOCIATE_PORT_RESERVATION == 0x98000066 &&
              SIO_RELEASE_PORT_RESERVATION == 0x98000065);

#else

#define WSAAPI
#define WINAPI
#define CALLBACK

using SOCKET = uintptr_t;
using HANDLE = void*;
using WSAEVENT = void*;
using BOOL = int32_t;
using BOOLEAN = uint8_t;
using WORD = uint16_t;
using USHORT = uint16_t;
using DWORD = uint32_t;
using ULONG = uint32_t;
using ULONG64 = uint64_t;
using ULONG_PTR = uintptr_t;
using GROUP = uint32_t;

struct sockaddr;

struct WSADATA {
  WORD wVersion;
  WORD wHighVersion;
  uint16_t iMaxSockets;
  uint16_t iMaxUdpDg;
  char* lpVendorInfo;
  char szDescription[257];
  char szSystemStatus[129];
};

struct OVERLAPPED {
  ULONG_PTR Internal;
  ULONG_PTR InternalHigh;
  DWORD Offset;
  DWORD OffsetHigh;
  HANDLE hEvent;
};
using WSAOVERLAPPED = OVERLAPPED;

inline constexpr SOCKET INVALID_SOCKET = ~SOCKET{0};
inline constexpr int SOCKET_ERROR = -1;
inline constexpr DWORD WSA_FLAG_OVERLAPPED = 0x01;
inline constexpr DWORD WSA_FLAG_NO_HANDLE_INHERIT = 0x80;
inline constexpr int WSA_IO_PENDING = 997;
inline constexpr int WSA_OPERATION_ABORTED = 995;
inline constexpr int WSAEMFILE = 10024;
inline constexpr int WSAENOBUFS = 10055;
inline constexpr int WSANOTINITIALISED = 10093;
inline constexpr DWORD INFINITE = 0xFFFFFFFF;
inline constexpr ULONG WT_EXECUTEONLYONCE = 0x8;
inline constexpr ULONG WT_EXECUTEINWAITTHREAD = 0x4;
inline const HANDLE INVALID_HANDLE_VALUE = reinterpret_cast<HANDLE>(~uintptr_t{0});

#endif

static_assert(sizeof(WSADATA) == (sizeof(void*) == 8 ? 408 : 400));
static_assert(sizeof(OVERLAPPED) == (sizeof(void*) == 8 ? 32 : 20) && offsetof(OVERLAPPED, hEvent) == (sizeof(void*) == 8 ? 24 : 16));

namespace winport {

inline constexpr WORD kWinsockVersion = 0x0202;
inline constexpr DWORD kNoProcedure = 127;  // ERROR_PROC_NOT_FOUND
inline constexpr ULONG_PTR kStatusPending = 0x103;

}  // namespace winport
