#pragma once

#include <cstdint>

namespace simulator {

inline constexpr uint32_t kPortLimit = 65536;

struct PortRange {
  uint32_t start;
  uint32_t count;

  constexpr uint32_t end() const { return start + count; }
  constexpr bool contains(uint32_t port) const { return port >= start && port < end(); }
  constexpr bool isValid() const { return start >= 1 && count >= 1 && end() <= kPortLimit; }
  constexpr bool operator==(const PortRange&) const = default;
};

inline constexpr PortRange kDefaultDynamicRange{49152, 16384};

}  // namespace simulator
