#pragma once

#include "pool/pool-memory.h"

namespace simulator {

// Whether the bound socket is still open, in this process or another.
bool isStillBound(const BoundPort& bound);

// Whether the anchor of the runtime reservation is still open.
bool isAnchorOpen(const Reservation& reservation);

}  // namespace simulator
