// Prints the nanoseconds of an acquire and a release (two WSAIoctl calls), in an empty and in a fragmented pool.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "winsock.h"

namespace {

struct Instance {
  uint16_t startPort, numberOfPorts;
  uint32_t padding;
  uint64_t token;
};

Instance acquire(SOCKET s, uint16_t start, uint16_t count) {
  const uint16_t range[2] = {__builtin_bswap16(start), count};
  Instance instance{};
  DWORD bytes;
  if (winsock.WSAIoctl(s, 0x98000064, range, sizeof range, &instance, sizeof instance, &bytes, nullptr, nullptr) != 0) {
    std::printf("acquire failed: %d\n", winsock.WSAGetLastError());
    std::exit(1);
  }
  return instance;
}

void release(SOCKET s, uint64_t token) {
  DWORD bytes;
  if (winsock.WSAIoctl(s, 0x98000065, &token, sizeof token, nullptr, 0, &bytes, nullptr, nullptr) != 0) std::exit(1);
}

void measure(const char* what, SOCKET s, uint16_t start, uint16_t count, int cycles) {
  for (int cycle = 0; cycle < cycles / 10; ++cycle) release(s, acquire(s, start, count).token);
  const auto from = std::chrono::steady_clock::now();
  for (int cycle = 0; cycle < cycles; ++cycle) release(s, acquire(s, start, count).token);
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - from;
  std::printf("%8.0f ns  %s\n", spent.count() / cycles, what);
}

}  // namespace

int main(int count, char** arguments) {
  const int cycles = count > 1 ? std::atoi(arguments[1]) : 200000;
  WSADATA data;
  if (winsock.WSAStartup(0x0202, &data) != 0 || winsock.Reset() != 0) return 1;
  const SOCKET s = winsock.socket(2, 1, 6);
  measure("acquire + release of 20 ports, specific", s, 5000, 20, cycles);
  measure("acquire + release of 20 ports, wildcard", s, 0, 20, cycles);
  for (int port = 49152; port < 65500; port += 2) acquire(s, static_cast<uint16_t>(port), 1);
  measure("acquire + release of 20 ports, wildcard, every other port of the dynamic range taken", s, 0, 20, cycles / 10);
  winsock.closesocket(s);
  winsock.WSACleanup();
  return winsock.DestroyPool(nullptr) == 0 ? 0 : 1;
}
