/*
 * Control interface of the Winsock simulator. Everything else the library exports has Winsock's, IP Helper's or
 * kernel32's own name and shape and is described by Microsoft.
 *
 * Shapes: plain C, the platform's only x64 calling convention, no structure but WinsockSimulator_CountsResult.
 * Ports and counts are in host byte order. A protocol is IPPROTO_TCP (6) or IPPROTO_UDP (17).
 * Functions that return `uint32_t` return a Win32 error number, 0 for success, unless their comment says otherwise.
 * Any of them may be called on any thread, before WSAStartup too. None reports through WSAGetLastError.
 *
 * The pool (reservations, exclusions, dynamic ranges, bound ports) is shared by every process that uses the same pool name.
 * Elevation, latency, faults and counts of calls belong to the calling process.
 */
#ifndef WINSOCK_SIMULATOR_H
#define WINSOCK_SIMULATOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kinds of call that can be counted, delayed and made to fail. Numbers are stable; new kinds are appended. */
enum WinsockSimulator_Call {
  WINSOCK_SIMULATOR_WSASTARTUP = 0,
  WINSOCK_SIMULATOR_WSACLEANUP = 1,
  WINSOCK_SIMULATOR_SOCKET = 2,    /* socket and WSASocketW */
  WINSOCK_SIMULATOR_ACQUIRE = 3,   /* WSAIoctl or WSPIoctl(SIO_ACQUIRE_PORT_RESERVATION) */
  WINSOCK_SIMULATOR_ASSOCIATE = 4, /* WSAIoctl or WSPIoctl(SIO_ASSOCIATE_PORT_RESERVATION) */
  WINSOCK_SIMULATOR_RELEASE = 5,   /* WSAIoctl or WSPIoctl(SIO_RELEASE_PORT_RESERVATION) */
  WINSOCK_SIMULATOR_IOCTL = 6,     /* ioctlsocket, and WSAIoctl or WSPIoctl with any other code */
  WINSOCK_SIMULATOR_BIND = 7,
  WINSOCK_SIMULATOR_GETSOCKNAME = 8,
  WINSOCK_SIMULATOR_GETPEERNAME = 9,
  WINSOCK_SIMULATOR_SETSOCKOPT = 10,
  WINSOCK_SIMULATOR_GETSOCKOPT = 11,
  WINSOCK_SIMULATOR_LISTEN = 12,
  WINSOCK_SIMULATOR_CONNECT = 13,
  WINSOCK_SIMULATOR_SHUTDOWN = 14,
  WINSOCK_SIMULATOR_CLOSESOCKET = 15,
  WINSOCK_SIMULATOR_WSAGETOVERLAPPEDRESULT = 16,
  WINSOCK_SIMULATOR_CANCELIOEX = 17,
  WINSOCK_SIMULATOR_CREATE_PERSISTENT = 18, /* Create, Lookup, Delete: Tcp and Udp alike */
  WINSOCK_SIMULATOR_LOOKUP_PERSISTENT = 19,
  WINSOCK_SIMULATOR_DELETE_PERSISTENT = 20,
  WINSOCK_SIMULATOR_WSPSTARTUP = 21,
  WINSOCK_SIMULATOR_WSPCLEANUP = 22,
  WINSOCK_SIMULATOR_WSAIOCTL = 23, /* WSAIoctl with any code, besides the code's own kind; never delayed by this one */
  WINSOCK_SIMULATOR_WSPIOCTL = 24, /* WSPIoctl likewise */
  WINSOCK_SIMULATOR_REGISTERWAIT = 25, /* RegisterWaitForSingleObject, on Linux; the DLL's is kernel32's own */
  WINSOCK_SIMULATOR_CALL_LIMIT = 32 /* length of WinsockSimulator_CountsResult.calls */
};

#define WINSOCK_SIMULATOR_UNTIL_RELEASED 0xFFFFFFFFu

/*
 * A control code of the simulator's own, _WSAIO(IOC_VENDOR, 0xFF00): WSAIoctl succeeds at once and returns no bytes. Neither socket
 * nor buffers are looked at, nothing is counted, delayed or made to fail. What it costs is the way there and back.
 */
#define WINSOCK_SIMULATOR_SIO_NOTHING 0x3800FF00u

/* 288 bytes: eight 32-bit numbers, then 32 64-bit ones. */
typedef struct WinsockSimulator_CountsResult {
  uint32_t openSockets;              /* opened here by this process and still open, also when Node closed others */
  uint32_t boundSockets;             /* those of them that are bound */
  uint32_t runtimeReservations;      /* of this process */
  uint32_t runtimeReservationsOfAll; /* of every live process */
  uint32_t persistentReservations;
  uint32_t pendingCalls; /* overlapped ones pending and blocking ones blocked, in this process */
  uint32_t startups;     /* WSAStartup calls not yet balanced by WSACleanup */
  uint32_t providerStartups; /* WSPStartup calls not yet balanced by WSPCleanup */
  uint64_t calls[WINSOCK_SIMULATOR_CALL_LIMIT]; /* calls made since the last reset, by WinsockSimulator_Call, failed ones too */
} WinsockSimulator_CountsResult;

/*
 * Empties the pool for everybody (runtime and persistent reservations, exclusions, dynamic ranges back to 49152-65535, where the
 * next choice starts) and, for this process, elevation (off), latency, faults and counts of calls. Pending calls fail with
 * WSA_OPERATION_ABORTED. Open sockets stay open and bound ports stay bound; WSAStartup stays balanced as it was.
 */
uint32_t WinsockSimulator_Reset(void);

/* Whether this process is elevated: 0 (as it starts) or 1. */
uint32_t WinsockSimulator_SetElevated(int32_t elevated);

/* Administered exclusions, which can be neither reserved nor chosen for port 0, but bound. `count` is at least 1. */
uint32_t WinsockSimulator_AddExclusion(int32_t protocol, uint16_t start, uint16_t count);
uint32_t WinsockSimulator_ClearExclusions(void);

/* Where wildcard reservations and ports for bind(0) come from. `start` and `count` are at least 1. */
uint32_t WinsockSimulator_SetDynamicRange(int32_t protocol, uint16_t start, uint16_t count);

/*
 * How long each later call of this kind takes: milliseconds, 0 for none, or WINSOCK_SIMULATOR_UNTIL_RELEASED.
 * A control call on an overlapped socket with a WSAOVERLAPPED is pending that long and is executed at its end;
 * every other call blocks its thread that long first. CancelIoEx is never delayed.
 */
uint32_t WinsockSimulator_SetLatency(int32_t call, uint32_t milliseconds);

/* Lets up to `count` calls go on that wait until released, oldest first. Returns how many, once they are complete. */
uint32_t WinsockSimulator_ReleasePending(uint32_t count);

/* Returns how many calls of this process are pending or blocked. */
uint32_t WinsockSimulator_PendingCount(void);

/* Makes every call that is blocked now fail with WSAEINTR. Returns how many there were. */
uint32_t WinsockSimulator_InterruptBlocked(void);

/*
 * The nth next call of this kind fails with `error` (1 is the next one) and has no effect. May be used several times over.
 * A control call that is pending fails at its end; one that would fail anyway fails as it would.
 */
uint32_t WinsockSimulator_FailNext(int32_t call, uint32_t nth, int32_t error);

/* Counts, after forgetting what has been closed behind the simulator's back and what belonged to dead processes. */
uint32_t WinsockSimulator_Counts(WinsockSimulator_CountsResult *result);

/*
 * Makes each of the 15 upcalls that WSPStartup was given last, on a thread of its own and as a service provider would. Bit n is for
 * the nth entry of WSPUPCALLTABLE: set in what is returned if its answer is wrong, else in *refused if it said that it cannot be had
 * (the failure that is documented for it, with an error). Without a WSPStartup every answer is wrong.
 */
uint32_t WinsockSimulator_TryUpcalls(uint32_t *refused);

/*
 * The machine restarts: all runtime reservations vanish, persistent ones get new tokens, exclusions and dynamic ranges stay.
 * To this process its sockets are no sockets any more (WSAENOTSOCK), except that closesocket still closes them.
 */
uint32_t WinsockSimulator_Reboot(void);

/*
 * Which pool this process uses from now on; by default the environment variable WINSOCK_SIMULATOR_POOL names it, else "default".
 * 1 to 64 of A-Z a-z 0-9 . _ -, else ERROR_INVALID_PARAMETER (87). ERROR_BUSY (170) while WSAStartup is unbalanced.
 */
uint32_t WinsockSimulator_UsePool(const char *name);

/*
 * Removes the named pool, NULL for the one in use; processes that use it keep theirs until they end or choose another.
 * ERROR_FILE_NOT_FOUND (2) when there is none. On Windows ERROR_SHARING_VIOLATION (32) while it is mapped: by another process, or by
 * this one while WSAStartup is unbalanced.
 */
uint32_t WinsockSimulator_DestroyPool(const char *name);

#ifdef __cplusplus
}
#endif

#endif
