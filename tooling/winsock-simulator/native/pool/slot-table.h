#pragma once

#include <atomic>
#include <cstdint>

namespace simulator {

// A table of fixed size in shared memory. All zero is a valid, empty table. A slot is used if its `inUse()` is true. Its owner sets
// that last, so a process that is killed half-way leaves a free slot, which `rebuildFreeList` finds.
template <typename Slot, uint32_t Capacity>
class SlotTable {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  uint32_t take() {
    if (firstFree_ != 0) {
      const uint32_t index = firstFree_ - 1;
      firstFree_ = slots_[index].nextFree;
      return index;
    }
    return used_ < Capacity ? used_++ : kNone;
  }
  void giveBack(uint32_t index) {
    slots_[index].nextFree = firstFree_;
    firstFree_ = index + 1;
  }
  Slot* at(uint32_t index) { return index < used_ ? &slots_[index] : nullptr; }
  uint32_t indexOf(const Slot& slot) const { return static_cast<uint32_t>(&slot - slots_); }

  template <typename Visit>
  void forEachUsed(Visit visit) {
    for (uint32_t index = 0; index < used_; ++index) {
      if (slots_[index].inUse()) visit(slots_[index]);
    }
  }
  void rebuildFreeList() {
    firstFree_ = 0;
    for (uint32_t index = used_; index-- > 0;) {
      if (!slots_[index].inUse()) giveBack(index);
    }
  }

 private:
  uint32_t used_;
  uint32_t firstFree_;  // index + 1
  Slot slots_[Capacity];
};

}  // namespace simulator
