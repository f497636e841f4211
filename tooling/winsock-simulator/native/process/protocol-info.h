#pragma once

#include "abi/winsock-abi.h"
#include "process/socket-table.h"

namespace simulator {

// getsockopt(SO_PROTOCOL_INFOW): the catalog's entry of the simulator's service provider for a socket like this. Returns an error.
int writeProtocolInfo(const SimulatedSocket& socket, char* value, int* length);

// Whether a catalog entry is one of the simulator's.
bool isOfThisProvider(const WSAPROTOCOL_INFOW& info);

}  // namespace simulator
