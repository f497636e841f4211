#pragma once

#include "process/reservation-request.h"

namespace simulator {

class SimulatedProcess;
struct SimulatedSocket;

// Executes one of the three control calls.
Outcome perform(SimulatedProcess& process, SimulatedSocket& socket, const ReservationRequest& request);

// Executes a call that was pending. The outcome is WSA_OPERATION_ABORTED if its socket was closed meanwhile.
Outcome execute(SimulatedProcess& process, const ReservationRequest& request);

}  // namespace simulator
