#include "last-error.h"

#include <windows.h>

namespace simulator {

void setLastError(int error) { SetLastError(static_cast<DWORD>(error)); }

}  // namespace simulator
