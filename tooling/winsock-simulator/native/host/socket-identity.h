#pragma once

#include <cstdint>

namespace simulator {

enum class Protocol : uint8_t { kTcp = 0, kUdp = 1, kOther = 2 };

// A handle and what tells the socket from a later one with the same number: on Linux the inode, on Windows nothing.
struct SocketIdentity {
  uint64_t handle;
  uint64_t inode;
  bool operator==(const SocketIdentity&) const = default;
};

}  // namespace simulator
