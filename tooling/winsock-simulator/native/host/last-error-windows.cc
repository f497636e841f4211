#include "host/last-error.h"

#include <windows.h>

namespace simulator {

void setLastError(int error) { SetLastError(static_cast<DWORD>(error)); }
int lastError() { return static_cast<int>(GetLastError()); }

}  // namespace simulator
