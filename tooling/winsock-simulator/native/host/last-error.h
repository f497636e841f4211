#pragma once

namespace simulator {

// The calling thread's, which WSAGetLastError and GetLastError return.
void setLastError(int error);
int lastError();

}  // namespace simulator
