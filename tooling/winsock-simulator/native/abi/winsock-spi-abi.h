#pragma once

// The types of Winsock's service provider interface as Windows declares them.

#include <cstddef>

#include "abi/winsock-abi.h"

#ifdef _WIN32

#include <ws2spi.h>

#else

#define WSPAPI

using LPINT = int*;
using DWORD_PTR = uint64_t;
using UINT = uint32_t;
using HWND = void*;
using LPGUID = void*;
using LPWSTR = char16_t*;
using WCHAR = char16_t;
using LPCONDITIONPROC = void*;
using LPSOCKADDR = sockaddr*;
using LPWSABUF = void*;
using LPQOS = void*;
using LPWSANETWORKEVENTS = void*;
using LPBLOCKINGCALLBACK = BOOL (*)(DWORD_PTR);
using LPWSAUSERAPC = void (*)(DWORD_PTR);

struct WSPDATA {
  WORD wVersion;
  WORD wHighVersion;
  char16_t szDescription[256];
};
using LPWSPDATA = WSPDATA*;

struct WSATHREADID {
  HANDLE ThreadHandle;
  DWORD_PTR Reserved;
};
using LPWSATHREADID = WSATHREADID*;

struct WSPPROC_TABLE {
  SOCKET (*lpWSPAccept)(SOCKET, sockaddr*, int*, LPCONDITIONPROC, DWORD_PTR, LPINT);
  int (*lpWSPAddressToString)(LPSOCKADDR, DWORD, LPWSAPROTOCOL_INFOW, LPWSTR, LPDWORD, LPINT);
  int (*lpWSPAsyncSelect)(SOCKET, HWND, UINT, LONG, LPINT);
  int (*lpWSPBind)(SOCKET, const sockaddr*, int, LPINT);
  int (*lpWSPCancelBlockingCall)(LPINT);
  int (*lpWSPCleanup)(LPINT);
  int (*lpWSPCloseSocket)(SOCKET, LPINT);
  int (*lpWSPConnect)(SOCKET, const sockaddr*, int, LPWSABUF, LPWSABUF, LPQOS, LPQOS, LPINT);
  int (*lpWSPDuplicateSocket)(SOCKET, DWORD, LPWSAPROTOCOL_INFOW, LPINT);
  int (*lpWSPEnumNetworkEvents)(SOCKET, WSAEVENT, LPWSANETWORKEVENTS, LPINT);
  int (*lpWSPEventSelect)(SOCKET, WSAEVENT, LONG, LPINT);
  BOOL (*lpWSPGetOverlappedResult)(SOCKET, LPWSAOVERLAPPED, LPDWORD, BOOL, LPDWORD, LPINT);
  int (*lpWSPGetPeerName)(SOCKET, sockaddr*, int*, LPINT);
  int (*lpWSPGetSockName)(SOCKET, sockaddr*, int*, LPINT);
  int (*lpWSPGetSockOpt)(SOCKET, int, int, char*, int*, LPINT);
  BOOL (*lpWSPGetQOSByName)(SOCKET, LPWSABUF, LPQOS, LPINT);
  int (*lpWSPIoctl)(SOCKET, DWORD, LPVOID, DWORD, LPVOID, DWORD, LPDWORD, LPWSAOVERLAPPED, LPWSAOVERLAPPED_COMPLETION_ROUTINE,
                    LPWSATHREADID, LPINT);
  SOCKET (*lpWSPJoinLeaf)(SOCKET, const sockaddr*, int, LPWSABUF, LPWSABUF, LPQOS, LPQOS, DWORD, LPINT);
  int (*lpWSPListen)(SOCKET, int, LPINT);
  int (*lpWSPRecv)(SOCKET, LPWSABUF, DWORD, LPDWORD, LPDWORD, LPWSAOVERLAPPED, LPWSAOVERLAPPED_COMPLETION_ROUTINE, LPWSATHREADID,
                   LPINT);
  int (*lpWSPRecvDisconnect)(SOCKET, LPWSABUF, LPINT);
  int (*lpWSPRecvFrom)(SOCKET, LPWSABUF, DWORD, LPDWORD, LPDWORD, sockaddr*, int*, LPWSAOVERLAPPED,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE, LPWSATHREADID, LPINT);
  int (*lpWSPSelect)(int, void*, void*, void*, const void*, LPINT);
  int (*lpWSPSend)(SOCKET, LPWSABUF, DWORD, LPDWORD, DWORD, LPWSAOVERLAPPED, LPWSAOVERLAPPED_COMPLETION_ROUTINE, LPWSATHREADID,
                   LPINT);
  int (*lpWSPSendDisconnect)(SOCKET, LPWSABUF, LPINT);
  int (*lpWSPSendTo)(SOCKET, LPWSABUF, DWORD, LPDWORD, DWORD, const sockaddr*, int, LPWSAOVERLAPPED,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE, LPWSATHREADID, LPINT);
  int (*lpWSPSetSockOpt)(SOCKET, int, int, const char*, int, LPINT);
  int (*lpWSPShutdown)(SOCKET, int, LPINT);
  SOCKET (*lpWSPSocket)(int, int, int, LPWSAPROTOCOL_INFOW, GROUP, DWORD, LPINT);
  int (*lpWSPStringToAddress)(LPWSTR, int, LPWSAPROTOCOL_INFOW, LPSOCKADDR, int*, LPINT);
};
using LPWSPPROC_TABLE = WSPPROC_TABLE*;

struct WSPUPCALLTABLE {
  BOOL (*lpWPUCloseEvent)(WSAEVENT, LPINT);
  int (*lpWPUCloseSocketHandle)(SOCKET, LPINT);
  WSAEVENT (*lpWPUCreateEvent)(LPINT);
  SOCKET (*lpWPUCreateSocketHandle)(DWORD, DWORD_PTR, LPINT);
  int (*lpWPUFDIsSet)(SOCKET, void*);
  int (*lpWPUGetProviderPath)(LPGUID, WCHAR*, LPINT, LPINT);
  SOCKET (*lpWPUModifyIFSHandle)(DWORD, SOCKET, LPINT);
  BOOL (*lpWPUPostMessage)(HWND, UINT, ULONG_PTR, ULONG_PTR);
  int (*lpWPUQueryBlockingCallback)(DWORD, LPBLOCKINGCALLBACK*, DWORD_PTR*, LPINT);
  int (*lpWPUQuerySocketHandleContext)(SOCKET, DWORD_PTR*, LPINT);
  int (*lpWPUQueueApc)(LPWSATHREADID, LPWSAUSERAPC, DWORD_PTR, LPINT);
  BOOL (*lpWPUResetEvent)(WSAEVENT, LPINT);
  BOOL (*lpWPUSetEvent)(WSAEVENT, LPINT);
  int (*lpWPUOpenCurrentThread)(LPWSATHREADID, LPINT);
  int (*lpWPUCloseThread)(LPWSATHREADID, LPINT);
};

#endif

static_assert(sizeof(WSPDATA) == 516 && offsetof(WSPDATA, szDescription) == 4);
static_assert(sizeof(WSATHREADID) == 2 * sizeof(void*) && offsetof(WSATHREADID, Reserved) == sizeof(void*));
static_assert(sizeof(WSPPROC_TABLE) == 30 * sizeof(void*) && offsetof(WSPPROC_TABLE, lpWSPIoctl) == 16 * sizeof(void*));
static_assert(sizeof(WSPUPCALLTABLE) == 15 * sizeof(void*) && offsetof(WSPUPCALLTABLE, lpWPUModifyIFSHandle) == 6 * sizeof(void*));
