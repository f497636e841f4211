#pragma once

#include <array>
#include <cstdint>

namespace simulator {

inline constexpr uint16_t kFamilyInet = 2;    // AF_INET
inline constexpr uint16_t kFamilyInet6 = 23;  // AF_INET6, Windows' number

// An address and port, independent of the sockaddr layouts of Linux and Windows. Pools keep it in shared memory.
struct SocketAddress {
  uint16_t family = 0;
  uint16_t port = 0;  // host order
  uint32_t flowInfo = 0;
  uint32_t scopeId = 0;
  std::array<uint8_t, 16> bytes{};  // network order; IPv4 uses the first four

  // IPv4 for an IPv4-mapped IPv6 address; otherwise this address.
  SocketAddress unmapped() const;
  bool isUnspecified() const { return bytes == std::array<uint8_t, 16>{}; }
  bool operator==(const SocketAddress&) const = default;
};

// Convert between SocketAddress and the sockaddr layouts of Windows. Return a Winsock error, 0 for success.
int readWindowsSockaddr(const void* from, int length, SocketAddress& to);
int writeWindowsSockaddr(const SocketAddress& from, void* to, int* length);

}  // namespace simulator
