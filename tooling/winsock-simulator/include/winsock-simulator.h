/*
 * The control interface of the Winsock simulator. All other functions that the library exports have the names and signatures of
 * Winsock, IP Helper and kernel32, and Microsoft documents them.
 *
 * All functions are plain C (__cdecl on 32-bit Windows). WinsockSimulator_CountsResult is the only structure.
 * Ports and counts are in host byte order. A protocol is IPPROTO_TCP (6) or IPPROTO_UDP (17).
 * A function that returns `uint32_t` returns a Win32 error number, 0 for success, unless its comment says otherwise.
 * Each may be called on any thread, also before WSAStartup. None sets the thread's last error.
 *
 * A pool (its world, reservations, exclusions, dynamic ranges and bound ports) is shared by all processes that use the same pool name.
 * Elevation, latency, faults and counts of calls belong to the calling process.
 */
#ifndef WINSOCK_SIMULATOR_H
#define WINSOCK_SIMULATOR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kinds of calls that can be counted, delayed and made to fail. New kinds are appended; the numbers do not change. */
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
  WINSOCK_SIMULATOR_CREATE_PERSISTENT = 18, /* these three: TCP and UDP */
  WINSOCK_SIMULATOR_LOOKUP_PERSISTENT = 19,
  WINSOCK_SIMULATOR_DELETE_PERSISTENT = 20,
  WINSOCK_SIMULATOR_WSPSTARTUP = 21,
  WINSOCK_SIMULATOR_WSPCLEANUP = 22,
  WINSOCK_SIMULATOR_WSAIOCTL = 23, /* WSAIoctl with any code, in addition to the kind of the code; this kind has no latency */
  WINSOCK_SIMULATOR_WSPIOCTL = 24, /* the same for WSPIoctl */
  WINSOCK_SIMULATOR_REGISTERWAIT = 25, /* RegisterWaitForSingleObject, on Linux only: the DLL forwards it to kernel32 */
  WINSOCK_SIMULATOR_SOCKETTABLE = 26, /* GetExtendedTcpTable and GetExtendedUdpTable; these five on Linux only, and without latency */
  WINSOCK_SIMULATOR_BOUNDTABLE = 27,  /* InternalGetBoundTcpEndpointTable and InternalGetBoundTcp6EndpointTable */
  WINSOCK_SIMULATOR_OPENPROCESS = 28,
  WINSOCK_SIMULATOR_OPENTOKEN = 29, /* OpenProcessToken */
  WINSOCK_SIMULATOR_SERVICES = 30,  /* OpenSCManagerW and EnumServicesStatusExW */
  WINSOCK_SIMULATOR_CALL_LIMIT = 32 /* the length of WinsockSimulator_CountsResult.calls */
};

#define WINSOCK_SIMULATOR_UNTIL_RELEASED 0xFFFFFFFFu

/*
 * A control code of the simulator, _WSAIO(IOC_VENDOR, 0xFF00). WSAIoctl succeeds at once and returns no bytes. It does not check the
 * socket and the buffers, and the call is not counted, delayed or made to fail. Benchmarks measure the cost of a call with it.
 */
#define WINSOCK_SIMULATOR_SIO_NOTHING 0x3800FF00u

/* 288 bytes: eight 32-bit numbers, then 32 64-bit ones. */
typedef struct WinsockSimulator_CountsResult {
  uint32_t openSockets;              /* opened through the simulator by this process, and still open */
  uint32_t boundSockets;             /* of these, the bound ones */
  uint32_t runtimeReservations;      /* of this process */
  uint32_t runtimeReservationsOfAll; /* of all processes */
  uint32_t persistentReservations;
  uint32_t pendingCalls; /* pending overlapped calls and blocked calls of this process */
  uint32_t startups;     /* WSAStartup calls without a matching WSACleanup */
  uint32_t providerStartups; /* WSPStartup calls without a matching WSPCleanup */
  uint64_t calls[WINSOCK_SIMULATOR_CALL_LIMIT]; /* calls since the last reset, including failed ones, by WinsockSimulator_Call */
} WinsockSimulator_CountsResult;

/*
 * Empties the pool for all processes: removes all reservations and exclusions, and sets the dynamic ranges to 49152-65535. For this
 * process, turns elevation off and clears latency, faults and counts of calls. Pending calls fail with WSA_OPERATION_ABORTED. Open
 * sockets stay open and bound ports stay bound. The world of the pool and the number of startups do not change.
 */
uint32_t WinsockSimulator_Reset(void);

/*
 * Sets how this Windows answers where no document settles it: "point=answer,point=answer", with the names of `World` in
 * packages/transport/src/backend/world.ts. Points that are not named get their default. ERROR_INVALID_PARAMETER (87) and no change if a
 * point or an answer does not exist. A new pool takes its world from the variable WINSOCK_SIMULATOR_WORLD (default: empty); if that is
 * malformed, WSAStartup fails with WSASYSNOTREADY.
 */
uint32_t WinsockSimulator_SetWorld(const char *description);

/* Sets whether this process is elevated: 0 (default) or 1. */
uint32_t WinsockSimulator_SetElevated(int32_t elevated);

/* Administered exclusions: a port of one can be bound by number, but neither reserved nor chosen for port 0. `count` is at least 1. */
uint32_t WinsockSimulator_AddExclusion(int32_t protocol, uint16_t start, uint16_t count);
uint32_t WinsockSimulator_ClearExclusions(void);

/* Sets the range of ports for bind with port 0, and for wildcard reservations. `start` and `count` are at least 1. */
uint32_t WinsockSimulator_SetDynamicRange(int32_t protocol, uint16_t start, uint16_t count);

/*
 * Sets how long each later call of this kind takes: milliseconds, or WINSOCK_SIMULATOR_UNTIL_RELEASED. With 0, an overlapped control
 * call ends as the world says. A control call on an overlapped socket with a WSAOVERLAPPED is pending that long and is then executed;
 * every other call first blocks its thread that long. CancelIoEx is never delayed.
 */
uint32_t WinsockSimulator_SetLatency(int32_t call, uint32_t milliseconds);

/* Completes up to `count` calls that wait until released, the oldest first. Returns how many there were. */
uint32_t WinsockSimulator_ReleasePending(uint32_t count);

/* Returns how many calls of this process are pending or blocked. */
uint32_t WinsockSimulator_PendingCount(void);

/* Makes all blocked calls fail with WSAEINTR. Returns how many there were. */
uint32_t WinsockSimulator_InterruptBlocked(void);

/*
 * Makes the nth next call of this kind (1 is the next one) fail with `error` and without effect. Several faults may be set. A pending
 * control call fails when it completes. A call that fails for another reason keeps its own error.
 */
uint32_t WinsockSimulator_FailNext(int32_t call, uint32_t nth, int32_t error);

/* Counts. First removes sockets that were closed without a call to the simulator, and what belonged to ended processes. */
uint32_t WinsockSimulator_Counts(WinsockSimulator_CountsResult *result);

/*
 * Makes each of the 15 upcalls of the last WSPStartup on a separate thread. Bit n stands for entry n of WSPUPCALLTABLE. It is set in the
 * result if the answer is wrong, and in *refused if the upcall failed as documented, with an error. Without a WSPStartup, every answer
 * is wrong.
 */
uint32_t WinsockSimulator_TryUpcalls(uint32_t *refused);

/*
 * Restarts the machine: runtime reservations end, persistent ones get new tokens, exclusions and dynamic ranges stay. Calls on the
 * sockets of this process fail with WSAENOTSOCK, except that closesocket still closes them.
 */
uint32_t WinsockSimulator_Reboot(void);

/*
 * Sets which pool this process uses. The default is the value of the variable WINSOCK_SIMULATOR_POOL, or "default". A name has 1 to 64
 * of the characters A-Z a-z 0-9 . _ -; otherwise the error is ERROR_INVALID_PARAMETER (87). It is ERROR_BUSY (170) if a WSAStartup has
 * no matching WSACleanup.
 */
uint32_t WinsockSimulator_UsePool(const char *name);

/*
 * Removes the named pool, or with NULL the one in use. Processes that use it keep it until they end or choose another one.
 * ERROR_FILE_NOT_FOUND (2) if it does not exist. On Windows ERROR_SHARING_VIOLATION (32) if it is mapped by another process, or by this
 * one and a WSAStartup has no matching WSACleanup.
 */
uint32_t WinsockSimulator_DestroyPool(const char *name);

#ifdef __cplusplus
}
#endif

#endif
