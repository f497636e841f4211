#pragma once

#include "abi/winsock-abi.h"
#include "process/socket-table.h"

namespace simulator {

// getsockopt(SO_PROTOCOL_INFOW): writes the catalog entry of the simulator's provider for such a socket. Returns a Winsock error.
int writeProtocolInfo(const SimulatedSocket& socket, char* value, int* length);

// Whether the catalog entry belongs to the simulator's provider.
bool isOfThisProvider(const WSAPROTOCOL_INFOW& info);

}  // namespace simulator
