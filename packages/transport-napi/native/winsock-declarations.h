#pragma once

// The types and constants of Winsock and kernel32 that cross the border, as x64 Windows has them: for systems that have no Windows
// headers. Where there are some, windows-headers-check.cc compares.

#include <cstdint>

namespace winport::declared {

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

}  // namespace winport::declared
