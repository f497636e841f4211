#pragma once

#include <cstdint>

namespace simulator {

// Tokens are a one-to-one mix of a serial number and a slot, so that they are unique, look like nothing and still lead to their slot.
inline constexpr uint32_t kTokenSlotBits = 17;
inline constexpr uint64_t kTokenMix = 0x9E3779B97F4A7C15;  // odd, so that it has an inverse

constexpr uint64_t inverseModulo64(uint64_t odd) {
  uint64_t inverse = odd;
  for (int step = 0; step < 5; ++step) inverse *= 2 - odd * inverse;
  return inverse;
}
inline constexpr uint64_t kTokenUnmix = inverseModulo64(kTokenMix);
static_assert(kTokenMix * kTokenUnmix == 1);

// Always above 2^53, about half of them with the top bit set.
constexpr uint64_t nextToken(uint64_t& tokensIssued, uint32_t slot) {
  for (;;) {
    const uint64_t token = (++tokensIssued << kTokenSlotBits | slot) * kTokenMix;
    if (token > uint64_t{1} << 53) return token;
  }
}

constexpr uint32_t slotOfToken(uint64_t token) {
  return static_cast<uint32_t>(token * kTokenUnmix & ((1u << kTokenSlotBits) - 1));
}

}  // namespace simulator
