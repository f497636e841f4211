#include "behind-the-back.h"

#include <winsock2.h>
#include <windows.h>

template <typename Function>
static Function real(const char* name) {
  return reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(GetModuleHandleA("ws2_32.dll"), name)));
}

void closeBehindTheBack(uint64_t handle) { real<decltype(&::closesocket)>("closesocket")(static_cast<SOCKET>(handle)); }
uint64_t openBehindTheBack() { return real<decltype(&::socket)>("socket")(AF_INET, SOCK_STREAM, 0); }

void bindBehindTheBack(uint64_t handle) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.S_un.S_un_b = {127, 0, 0, 1};
  real<decltype(&::bind)>("bind")(static_cast<SOCKET>(handle), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}
