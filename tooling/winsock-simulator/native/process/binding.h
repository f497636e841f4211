#pragma once

#include "abi/socket-address.h"

namespace simulator {

class SimulatedProcess;
struct SimulatedSocket;

// Binds the socket to an address that the pool allows. Returns a Winsock error, 0 for success.
int bindSocket(SimulatedProcess& process, SimulatedSocket& socket, const SocketAddress& address);

bool isBound(const SimulatedSocket& socket);

// Sets IPV6_V6ONLY on the socket of the system, if it does not have it yet. Needed before all that depends on the option.
void applyV6Only(SimulatedSocket& socket);

}  // namespace simulator
