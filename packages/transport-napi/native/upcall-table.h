#pragma once

#include "winsock-abi.h"

namespace winport {

// The functions that a service provider may call, on any thread. Every entry must be present and correct: a provider uses the table
// that it was given last for the whole process, including the sockets of ws2_32 and libuv, until the process ends (documentation of
// WSPStartup). The addon therefore stays loaded.
//
// mswsock.dll calls WPUModifyIFSHandle for each new socket; the answer is the proposed handle. ws2_32 determines the provider of an
// unknown handle itself. The table refuses upcalls for handles that are not system handles; the handles of mswsock.dll are.
WSPUPCALLTABLE upcallTable();

}  // namespace winport
