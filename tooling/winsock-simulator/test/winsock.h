#pragma once

#include "abi/winsock-abi.h"
#include "abi/winsock-errors.h"
#include "abi/winsock-spi-abi.h"
#include "winsock-simulator.h"

// The library under test, loaded as its users load it: by path, with none of its symbols global. WINSOCK_SIMULATOR_LIBRARY is the path.
struct Winsock {
  Winsock();

  int(WSAAPI* WSAStartup)(WORD, LPWSADATA);
  int(WSAAPI* WSACleanup)();
  int(WSAAPI* WSAGetLastError)();
  void(WSAAPI* WSASetLastError)(int);
  SOCKET(WSAAPI* socket)(int, int, int);
  SOCKET(WSAAPI* WSASocketW)(int, int, int, LPWSAPROTOCOL_INFOW, GROUP, DWORD);
  int(WSAAPI* closesocket)(SOCKET);
  int(WSAAPI* bind)(SOCKET, const void*, int);
  int(WSAAPI* connect)(SOCKET, const void*, int);
  int(WSAAPI* listen)(SOCKET, int);
  int(WSAAPI* shutdown)(SOCKET, int);
  int(WSAAPI* getsockname)(SOCKET, void*, int*);
  int(WSAAPI* getpeername)(SOCKET, void*, int*);
  int(WSAAPI* setsockopt)(SOCKET, int, int, const void*, int);
  int(WSAAPI* getsockopt)(SOCKET, int, int, void*, int*);
  int(WSAAPI* ioctlsocket)(SOCKET, LONG, ULONG*);
  int(WSAAPI* WSAIoctl)(SOCKET, DWORD, const void*, DWORD, void*, DWORD, DWORD*, WSAOVERLAPPED*, LPWSAOVERLAPPED_COMPLETION_ROUTINE);
  BOOL(WSAAPI* WSAGetOverlappedResult)(SOCKET, WSAOVERLAPPED*, DWORD*, BOOL, DWORD*);
  int(WSPAPI* WSPStartup)(WORD, LPWSPDATA, LPWSAPROTOCOL_INFOW, WSPUPCALLTABLE, LPWSPPROC_TABLE);
  HANDLE(WINAPI* GetCurrentProcess)();
  HANDLE(WINAPI* GetCurrentThread)();
  BOOL(WINAPI* DuplicateHandle)(HANDLE, HANDLE, HANDLE, HANDLE*, DWORD, BOOL, DWORD);
  LPVOID(WINAPI* VirtualAlloc)(LPVOID, size_t, DWORD, DWORD);
  BOOL(WINAPI* VirtualProtect)(LPVOID, size_t, DWORD, DWORD*);
  BOOL(WINAPI* FlushInstructionCache)(HANDLE, const void*, size_t);
  USHORT(WSAAPI* htons)(USHORT);
  ULONG(WSAAPI* htonl)(ULONG);
  WSAEVENT(WSAAPI* WSACreateEvent)();
  BOOL(WSAAPI* WSACloseEvent)(WSAEVENT);
  BOOL(WSAAPI* WSASetEvent)(WSAEVENT);
  BOOL(WSAAPI* WSAResetEvent)(WSAEVENT);
  DWORD(WSAAPI* WSAWaitForMultipleEvents)(DWORD, const WSAEVENT*, BOOL, DWORD, BOOL);
  BOOL(WINAPI* CancelIoEx)(HANDLE, LPOVERLAPPED);
  HANDLE(WINAPI* CreateEventW)(void*, BOOL, BOOL, LPCWSTR);
  BOOL(WINAPI* SetEvent)(HANDLE);
  BOOL(WINAPI* ResetEvent)(HANDLE);
  BOOL(WINAPI* CloseHandle)(HANDLE);
  DWORD(WINAPI* WaitForSingleObject)(HANDLE, DWORD);
  BOOL(WINAPI* RegisterWaitForSingleObject)(HANDLE*, HANDLE, WAITORTIMERCALLBACK, void*, ULONG, ULONG);
  BOOL(WINAPI* UnregisterWaitEx)(HANDLE, HANDLE);
  ULONG(WINAPI* CreatePersistentTcpPortReservation)(USHORT, USHORT, ULONG64*);
  ULONG(WINAPI* CreatePersistentUdpPortReservation)(USHORT, USHORT, ULONG64*);
  ULONG(WINAPI* LookupPersistentTcpPortReservation)(USHORT, USHORT, ULONG64*);
  ULONG(WINAPI* LookupPersistentUdpPortReservation)(USHORT, USHORT, ULONG64*);
  ULONG(WINAPI* DeletePersistentTcpPortReservation)(USHORT, USHORT);
  ULONG(WINAPI* DeletePersistentUdpPortReservation)(USHORT, USHORT);
  decltype(&::WinsockSimulator_Reset) Reset;
  decltype(&::WinsockSimulator_SetWorld) SetWorld;
  decltype(&::WinsockSimulator_SetElevated) SetElevated;
  decltype(&::WinsockSimulator_AddExclusion) AddExclusion;
  decltype(&::WinsockSimulator_ClearExclusions) ClearExclusions;
  decltype(&::WinsockSimulator_SetDynamicRange) SetDynamicRange;
  decltype(&::WinsockSimulator_SetLatency) SetLatency;
  decltype(&::WinsockSimulator_ReleasePending) ReleasePending;
  decltype(&::WinsockSimulator_PendingCount) PendingCount;
  decltype(&::WinsockSimulator_InterruptBlocked) InterruptBlocked;
  decltype(&::WinsockSimulator_FailNext) FailNext;
  decltype(&::WinsockSimulator_Counts) Counts;
  decltype(&::WinsockSimulator_TryUpcalls) TryUpcalls;
  decltype(&::WinsockSimulator_Reboot) Reboot;
  decltype(&::WinsockSimulator_UsePool) UsePool;
  decltype(&::WinsockSimulator_DestroyPool) DestroyPool;
};

extern const Winsock winsock;
