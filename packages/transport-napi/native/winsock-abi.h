#pragma once

// The types of Winsock and kernel32 in the functions that we call: from the Windows headers on Windows, else from our declarations.

#include <cstddef>
#include <cstdint>

#ifdef _WIN32

#include <winsock2.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mstcpip.h>
#include <windows.h>

static_assert(sizeof(INET_PORT_RANGE) == 4 && offsetof(INET_PORT_RANGE, NumberOfPorts) == 2);
static_assert(sizeof(INET_PORT_RESERVATION_TOKEN) == 8);
static_assert(sizeof(INET_PORT_RESERVATION_INSTANCE) == 16 && offsetof(INET_PORT_RESERVATION_INSTANCE, Token) == 8);
static_assert(SIO_ACQUIRE_PORT_RESERVATION == 0x98000064 && SIO_ASSOCIATE_PORT_RESERVATION == 0x98000066 &&
              SIO_RELEASE_PORT_RESERVATION == 0x98000065);

#else

#include "winsock-declarations.h"

#define WSAAPI
#define WSPAPI
#define WINAPI
#define CALLBACK

using namespace winport::declared;

#endif

static_assert(sizeof(WSADATA) == (sizeof(void*) == 8 ? 408 : 400));
static_assert(sizeof(OVERLAPPED) == (sizeof(void*) == 8 ? 32 : 20) && offsetof(OVERLAPPED, hEvent) == (sizeof(void*) == 8 ? 24 : 16));

static_assert(sizeof(WSAPROTOCOL_INFOW) == 628 && offsetof(WSAPROTOCOL_INFOW, iVersion) == 72);
static_assert(sizeof(WSPDATA) == 516);
static_assert(sizeof(WSATHREADID) == 2 * sizeof(void*));
static_assert(sizeof(WSPPROC_TABLE) == 30 * sizeof(void*) && offsetof(WSPPROC_TABLE, lpWSPCleanup) == 5 * sizeof(void*) &&
              offsetof(WSPPROC_TABLE, lpWSPIoctl) == 16 * sizeof(void*));
static_assert(sizeof(WSPUPCALLTABLE) == 15 * sizeof(void*));

namespace winport {

inline constexpr WORD kWinsockVersion = 0x0202;
inline constexpr DWORD kNoProcedure = 127;  // ERROR_PROC_NOT_FOUND
inline constexpr ULONG_PTR kStatusPending = 0x103;

}  // namespace winport
