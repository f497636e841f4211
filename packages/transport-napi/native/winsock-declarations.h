#pragma once

// The types and constants of Winsock and kernel32 in the functions that we call, for systems without Windows headers. Builds for
// Windows compare them with the headers (windows-headers-check.cc).

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
using LPBLOCKINGCALLBACK = BOOL (*)(ULONG_PTR);

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

struct WSAPROTOCOL_INFOW {
  DWORD before[18];  // service flags, provider flags, ProviderId, dwCatalogEntryId, ProtocolChain
  int32_t iVersion;
  int32_t after[10];
  char16_t szProtocol[256];
};

struct WSPDATA {
  WORD wVersion;
  WORD wHighVersion;
  char16_t szDescription[256];
};

struct WSATHREADID {
  HANDLE ThreadHandle;
  ULONG_PTR Reserved;
};

// Only the entries that we call are declared.
struct WSPPROC_TABLE {
  void* others0[5];
  int (*lpWSPCleanup)(int*);
  void* others6[10];
  int (*lpWSPIoctl)(SOCKET, DWORD, void*, DWORD, void*, DWORD, DWORD*, WSAOVERLAPPED*, void*, WSATHREADID*, int*);
  void* others17[13];
};

struct WSPUPCALLTABLE {
  BOOL (*lpWPUCloseEvent)(WSAEVENT, int*);
  int (*lpWPUCloseSocketHandle)(SOCKET, int*);
  WSAEVENT (*lpWPUCreateEvent)(int*);
  SOCKET (*lpWPUCreateSocketHandle)(DWORD, ULONG_PTR, int*);
  int (*lpWPUFDIsSet)(SOCKET, void*);
  int (*lpWPUGetProviderPath)(void*, char16_t*, int*, int*);
  SOCKET (*lpWPUModifyIFSHandle)(DWORD, SOCKET, int*);
  BOOL (*lpWPUPostMessage)(void*, uint32_t, ULONG_PTR, ULONG_PTR);
  int (*lpWPUQueryBlockingCallback)(DWORD, LPBLOCKINGCALLBACK*, ULONG_PTR*, int*);
  int (*lpWPUQuerySocketHandleContext)(SOCKET, ULONG_PTR*, int*);
  int (*lpWPUQueueApc)(WSATHREADID*, void (*)(ULONG_PTR), ULONG_PTR, int*);
  BOOL (*lpWPUResetEvent)(WSAEVENT, int*);
  BOOL (*lpWPUSetEvent)(WSAEVENT, int*);
  int (*lpWPUOpenCurrentThread)(WSATHREADID*, int*);
  int (*lpWPUCloseThread)(WSATHREADID*, int*);
};

inline constexpr SOCKET INVALID_SOCKET = ~SOCKET{0};
inline constexpr int SOCKET_ERROR = -1;
inline constexpr DWORD WSA_FLAG_OVERLAPPED = 0x01;
inline constexpr DWORD WSA_FLAG_NO_HANDLE_INHERIT = 0x80;
inline constexpr int WSA_IO_PENDING = 997;
inline constexpr int WSA_OPERATION_ABORTED = 995;
inline constexpr int WSAEMFILE = 10024;
inline constexpr int WSAENOBUFS = 10055;
inline constexpr int WSAEOPNOTSUPP = 10045;
inline constexpr int WSAEINVAL = 10022;
inline constexpr int WSAVERNOTSUPPORTED = 10092;
inline constexpr int WSANOTINITIALISED = 10093;
inline constexpr int SOL_SOCKET = 0xffff;
inline constexpr int SO_PROTOCOL_INFOW = 0x2005;
inline constexpr DWORD DUPLICATE_SAME_ACCESS = 2;
inline constexpr DWORD INFINITE = 0xFFFFFFFF;
inline constexpr ULONG WT_EXECUTEONLYONCE = 0x8;
inline constexpr ULONG WT_EXECUTEINWAITTHREAD = 0x4;
inline const HANDLE INVALID_HANDLE_VALUE = reinterpret_cast<HANDLE>(~uintptr_t{0});

}  // namespace winport::declared
