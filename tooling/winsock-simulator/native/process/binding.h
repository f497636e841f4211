#pragma once

#include "abi/socket-address.h"

namespace simulator {

class SimulatedProcess;
struct SimulatedSocket;

// bind, with the pool's say about the port. Returns a Winsock error, 0 for success.
int bindSocket(SimulatedProcess& process, SimulatedSocket& socket, const SocketAddress& address);

bool isBound(const SimulatedSocket& socket);

}  // namespace simulator
