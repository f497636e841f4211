#pragma once

#include <cstdint>

namespace simulator {

// A token is a serial number, the protocol and the slot of the reservation, mixed by an invertible function: tokens are unique, have
// no visible order, and lead to their slot.
inline constexpr uint32_t kTokenSlotBits = 17;
inline constexpr uint32_t kTokenLabelBits = kTokenSlotBits + 1;
inline constexpr uint64_t kTokenMix = 0x9E3779B97F4A7C15;  // odd numbers have an inverse

constexpr uint64_t inverseModulo64(uint64_t odd) {
  uint64_t inverse = odd;
  for (int step = 0; step < 5; ++step) inverse *= 2 - odd * inverse;
  return inverse;
}
inline constexpr uint64_t kTokenUnmix = inverseModulo64(kTokenMix);
static_assert(kTokenMix * kTokenUnmix == 1);

// Returns a token above 2^53. About half of all tokens have the top bit set.
constexpr uint64_t nextToken(uint64_t& tokensIssued, uint32_t slot, uint32_t protocol) {
  for (;;) {
    const uint64_t token = (++tokensIssued << kTokenLabelBits | protocol << kTokenSlotBits | slot) * kTokenMix;
    if (token > uint64_t{1} << 53) return token;
  }
}

constexpr uint32_t slotOfToken(uint64_t token) {
  return static_cast<uint32_t>(token * kTokenUnmix & ((1u << kTokenSlotBits) - 1));
}

constexpr bool wasIssued(uint64_t token, uint64_t tokensIssued, uint32_t protocol) {
  const uint64_t plain = token * kTokenUnmix;
  return token != 0 && plain >> kTokenLabelBits <= tokensIssued && (plain >> kTokenSlotBits & 1) == protocol;
}

}  // namespace simulator
