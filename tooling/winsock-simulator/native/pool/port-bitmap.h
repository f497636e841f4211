#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>

#include "pool/port-range.h"

namespace simulator {

// One bit for each port. Lives in shared memory, where all zero is a valid, empty bitmap.
class PortBitmap {
 public:
  uint64_t word(uint32_t index) const { return words_[index]; }
  bool test(uint32_t port) const { return words_[port / 64] >> (port % 64) & 1; }

  void set(PortRange range) {
    forEachWord(range, [this](uint32_t index, uint64_t mask) { words_[index] |= mask; });
  }
  void clear(PortRange range) {
    forEachWord(range, [this](uint32_t index, uint64_t mask) { words_[index] &= ~mask; });
  }
  void clearAll() { std::fill(std::begin(words_), std::end(words_), 0); }

 private:
  template <typename Visit>
  static void forEachWord(PortRange range, Visit visit) {
    for (uint32_t at = range.start; at < range.end();) {
      const uint32_t bit = at % 64;
      const uint32_t length = std::min(64 - bit, range.end() - at);
      const uint64_t ones = length == 64 ? ~uint64_t{0} : (uint64_t{1} << length) - 1;
      visit(at / 64, ones << bit);
      at += length;
    }
  }

  uint64_t words_[kPortLimit / 64];
};

// The searches take a function that maps a word index to a word, so that several bitmaps are searched as one. They return `end` if
// they find nothing.

template <typename Words>
uint32_t firstSet(const Words& words, uint32_t from, uint32_t end) {
  while (from < end) {
    if (const uint64_t rest = words(from / 64) >> (from % 64)) {
      return std::min(end, from + static_cast<uint32_t>(std::countr_zero(rest)));
    }
    from = (from / 64 + 1) * 64;
  }
  return end;
}

template <typename Words>
uint32_t firstClear(const Words& words, uint32_t from, uint32_t end) {
  return firstSet([&](uint32_t index) { return ~words(index); }, from, end);
}

template <typename Words>
uint32_t lastSet(const Words& words, uint32_t from, uint32_t end) {
  for (uint32_t at = end; at > from;) {
    const uint32_t top = at - 1;
    if (const uint64_t rest = words(top / 64) << (63 - top % 64)) {
      const uint32_t found = top - static_cast<uint32_t>(std::countl_zero(rest));
      return found >= from ? found : end;
    }
    at = top / 64 * 64;
  }
  return end;
}

template <typename Words>
uint32_t lowestClearRun(const Words& words, uint32_t from, uint32_t end, uint32_t count) {
  for (uint32_t start = from;;) {
    start = firstClear(words, start, end);
    if (start + count > end) return end;
    const uint32_t obstacle = lastSet(words, start, start + count);
    if (obstacle == start + count) return start;
    start = obstacle + 1;
  }
}

}  // namespace simulator
