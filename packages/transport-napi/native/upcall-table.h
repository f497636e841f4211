#pragma once

#include "winsock-abi.h"

namespace winport {

// What a service provider may call, on any thread. No entry may be missing or wrong: a provider uses the table that it was given last
// for all of the process (so WSPStartup is documented), for the sockets of ws2_32 and of libuv too, and may do so for as long as the
// process lives; the addon stays loaded.
//
// mswsock needs WPUModifyIFSHandle, whenever a socket is made: the handle that it proposes is the socket. ws2_32 then finds by itself
// which provider a handle that it has not met is of. Refused is what concerns handles that are not the system's: mswsock's are.
WSPUPCALLTABLE upcallTable();

}  // namespace winport
