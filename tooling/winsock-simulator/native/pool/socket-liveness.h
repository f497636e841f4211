#pragma once

#include "pool/pool-memory.h"

namespace simulator {

// Whether the socket that was bound is still open, here or in another process.
bool isStillBound(const BoundPort& bound);

// Whether the socket that a runtime reservation was acquired on is still open.
bool isAnchorOpen(const Reservation& reservation);

}  // namespace simulator
