#pragma once

namespace simulator {

// The last error of the calling thread, as WSAGetLastError and GetLastError return it.
void setLastError(int error);
int lastError();

}  // namespace simulator
