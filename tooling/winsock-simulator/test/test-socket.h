#pragma once

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "test-program.h"
#include "winsock.h"

// A socket address in the layout of Windows.
struct Address {
  std::array<uint8_t, 28> bytes{};
  int length;

  uint16_t port() const { return static_cast<uint16_t>(bytes[2] << 8 | bytes[3]); }
};

inline Address ipv4(uint16_t port, std::array<uint8_t, 4> host = {127, 0, 0, 1}) {
  Address address;
  address.length = 16;
  address.bytes[0] = 2;
  address.bytes[2] = static_cast<uint8_t>(port >> 8);
  address.bytes[3] = static_cast<uint8_t>(port);
  std::memcpy(&address.bytes[4], host.data(), 4);
  return address;
}

inline Address ipv6(uint16_t port, uint8_t lastByte = 1) {
  Address address;
  address.length = 28;
  address.bytes[0] = 23;
  address.bytes[2] = static_cast<uint8_t>(port >> 8);
  address.bytes[3] = static_cast<uint8_t>(port);
  address.bytes[23] = lastByte;
  return address;
}

struct PortRangeInput {  // INET_PORT_RANGE
  uint16_t startPort;    // network order
  uint16_t numberOfPorts;
};
struct Instance {  // INET_PORT_RESERVATION_INSTANCE
  uint16_t startPort;
  uint16_t numberOfPorts;
  uint32_t padding;
  uint64_t token;

  uint16_t start() const { return __builtin_bswap16(startPort); }
};

inline constexpr DWORD kAcquire = 0x98000064;
inline constexpr DWORD kRelease = 0x98000065;
inline constexpr DWORD kAssociate = 0x98000066;

// The functions return the Winsock error, 0 for success, so that a test reads `EXPECT(tcp.bind(...), WSAEACCES)`.
class Socket {
 public:
  Socket(int family, int type, DWORD flags = 0) : handle(winsock.WSASocketW(family, type, 0, nullptr, 0, flags)) {
    EXPECT_TRUE(handle != INVALID_SOCKET);
  }
  Socket(Socket&& other) noexcept : handle(std::exchange(other.handle, INVALID_SOCKET)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(handle, other.handle);
    return *this;
  }
  ~Socket() {
    if (handle != INVALID_SOCKET) winsock.closesocket(handle);
  }

  int acquire(uint16_t start, uint16_t count, Instance* instance = nullptr) {
    Instance result{};
    DWORD bytes = 77;
    const PortRangeInput range{__builtin_bswap16(start), count};
    const int error = errorOf(
        winsock.WSAIoctl(handle, kAcquire, &range, sizeof range, &result, sizeof result, &bytes, nullptr, nullptr));
    if (error == 0) EXPECT(bytes, sizeof result);
    if (instance != nullptr) *instance = result;
    return error;
  }
  Instance acquired(uint16_t start, uint16_t count) {
    Instance instance;
    EXPECT(acquire(start, count, &instance), 0);
    return instance;
  }
  int associate(uint64_t token) { return tokenCall(kAssociate, token); }
  int release(uint64_t token) { return tokenCall(kRelease, token); }

  int bind(const Address& address) { return errorOf(winsock.bind(handle, address.bytes.data(), address.length)); }
  int connect(const Address& address) { return errorOf(winsock.connect(handle, address.bytes.data(), address.length)); }
  int listen() { return errorOf(winsock.listen(handle, 8)); }
  int close() { return errorOf(winsock.closesocket(std::exchange(handle, INVALID_SOCKET))); }
  uint16_t port() {
    Address address;
    address.length = 28;
    EXPECT(errorOf(winsock.getsockname(handle, address.bytes.data(), &address.length)), 0);
    return address.port();
  }
  int set(int level, int name, int value) { return errorOf(winsock.setsockopt(handle, level, name, &value, sizeof value)); }

  static int errorOf(int returned) { return returned == 0 ? 0 : winsock.WSAGetLastError(); }

  SOCKET handle;

 private:
  int tokenCall(DWORD code, uint64_t token) {
    DWORD bytes = 77;
    const int error =
        errorOf(winsock.WSAIoctl(handle, code, &token, sizeof token, nullptr, 0, &bytes, nullptr, nullptr));
    if (error == 0) EXPECT(bytes, 0u);
    return error;
  }
};

inline Socket tcp(DWORD flags = 0) { return {2, 1, flags}; }
inline Socket udp(DWORD flags = 0) { return {2, 2, flags}; }
inline Socket tcp6(DWORD flags = 0) { return {23, 1, flags}; }
inline Socket udp6(DWORD flags = 0) { return {23, 2, flags}; }

inline WinsockSimulator_CountsResult counts() {
  WinsockSimulator_CountsResult result;
  EXPECT(winsock.Counts(&result), 0u);
  return result;
}
