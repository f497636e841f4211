#pragma once

namespace simulator {

// Take an event HANDLE. A null or closed one has no effect.
void signalEvent(void* event);
void clearEvent(void* event);

}  // namespace simulator
