#include "abi/socket-address.h"

#include <algorithm>
#include <cstring>

#include "abi/winsock-errors.h"

namespace simulator {
namespace {

constexpr int kInetSize = 16;
constexpr int kInet6Size = 28;
constexpr std::array<uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

SocketAddress SocketAddress::unmapped() const {
  if (family != kFamilyInet6 || !std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) return *this;
  SocketAddress address;
  address.family = kFamilyInet;
  address.port = port;
  std::copy(bytes.begin() + kMappedPrefix.size(), bytes.end(), address.bytes.begin());
  return address;
}

int readWindowsSockaddr(const void* from, int length, SocketAddress& to) {
  if (from == nullptr || length < kInetSize) return WSAEFAULT;
  const auto* in = static_cast<const uint8_t*>(from);
  SocketAddress address;
  std::memcpy(&address.family, in, 2);
  address.port = static_cast<uint16_t>(in[2] << 8 | in[3]);
  if (address.family == kFamilyInet) {
    std::memcpy(address.bytes.data(), in + 4, 4);
  } else if (address.family == kFamilyInet6) {
    if (length < kInet6Size) return WSAEFAULT;
    std::memcpy(&address.flowInfo, in + 4, 4);
    std::memcpy(address.bytes.data(), in + 8, 16);
    std::memcpy(&address.scopeId, in + 24, 4);
  } else {
    return WSAEAFNOSUPPORT;
  }
  to = address;
  return 0;
}

int writeWindowsSockaddr(const SocketAddress& from, void* to, int* length) {
  const int size = from.family == kFamilyInet6 ? kInet6Size : kInetSize;
  if (to == nullptr || length == nullptr || *length < size) return WSAEFAULT;
  auto* out = static_cast<uint8_t*>(to);
  std::memset(out, 0, static_cast<size_t>(size));
  std::memcpy(out, &from.family, 2);
  out[2] = static_cast<uint8_t>(from.port >> 8);
  out[3] = static_cast<uint8_t>(from.port);
  if (from.family == kFamilyInet6) {
    std::memcpy(out + 4, &from.flowInfo, 4);
    std::memcpy(out + 8, from.bytes.data(), 16);
    std::memcpy(out + 24, &from.scopeId, 4);
  } else {
    std::memcpy(out + 4, from.bytes.data(), 4);
  }
  *length = size;
  return 0;
}

}  // namespace simulator
