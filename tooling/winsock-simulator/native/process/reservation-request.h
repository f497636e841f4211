#pragma once

#include <cstdint>

#include "pool/pool-memory.h"
#include "winsock-simulator.h"

namespace simulator {

// One of the three control calls. Its buffers are checked and its input is copied.
struct ReservationRequest {
  WinsockSimulator_Call call;
  SocketIdentity socket;
  uint16_t startPort;      // ACQUIRE, host order
  uint16_t numberOfPorts;  // ACQUIRE
  uint64_t token;          // ASSOCIATE, RELEASE
  void* output;            // ACQUIRE: an INET_PORT_RESERVATION_INSTANCE
  int fault;               // an error to fail with, or 0
};

struct Outcome {
  int error;
  uint32_t bytes;
};

}  // namespace simulator
