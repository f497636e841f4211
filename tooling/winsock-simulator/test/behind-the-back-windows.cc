#include "behind-the-back.h"

#include <winsock2.h>
#include <windows.h>

template <typename Function>
static Function real(const char* name) {
  return reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(GetModuleHandleA("ws2_32.dll"), name)));
}

void closeBehindTheBack(uint64_t handle) { real<decltype(&::closesocket)>("closesocket")(static_cast<SOCKET>(handle)); }
uint64_t openBehindTheBack() { return real<decltype(&::socket)>("socket")(AF_INET, SOCK_STREAM, 0); }
