#pragma once

namespace simulator {

// An event HANDLE of whatever provides events here. A null or closed one is ignored.
void signalEvent(void* event);
void clearEvent(void* event);

}  // namespace simulator
