#pragma once

#include "process/reservation-request.h"

namespace simulator {

class SimulatedProcess;
struct SimulatedSocket;

// Does what one of the three control calls asks for.
Outcome perform(SimulatedProcess& process, SimulatedSocket& socket, const ReservationRequest& request);

// The same for a call that was pending: WSA_OPERATION_ABORTED when the socket is no longer the one it was made on.
Outcome execute(SimulatedProcess& process, const ReservationRequest& request);

}  // namespace simulator
