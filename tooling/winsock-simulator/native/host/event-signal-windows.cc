#include "host/event-signal.h"

#include <windows.h>

namespace simulator {

void signalEvent(void* event) {
  if (event != nullptr) SetEvent(event);
}

void clearEvent(void* event) {
  if (event != nullptr) ResetEvent(event);
}

}  // namespace simulator
