#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace winport {

// Objects that JavaScript names by a key, which is a BigInt. A key holds the index of its slot and 39 random bits, so a guessed key
// or the key of a removed object finds nothing. Any number is safe to look up.
template <typename Value>
class KeyTable {
 public:
  bool isFull() const { return free_.empty() && slots_.size() > kIndexMask; }

  // Returns the key, which is not 0. The table must not be full.
  uint64_t add(std::unique_ptr<Value> value) {
    if (free_.empty()) {
      free_.push_back(slots_.size());
      slots_.emplace_back();
    }
    const size_t index = free_.back();
    free_.pop_back();
    slots_[index] = {(random_() & ~kIndexMask) | kInUse | index, std::move(value)};
    return slots_[index].key;
  }

  // Returns null for an unknown key.
  Value* find(uint64_t key) const {
    const auto index = static_cast<size_t>(key & kIndexMask);
    return index < slots_.size() && slots_[index].key == key ? slots_[index].value.get() : nullptr;
  }

  std::unique_ptr<Value> remove(uint64_t key) {
    if (find(key) == nullptr) return nullptr;
    const auto index = static_cast<size_t>(key & kIndexMask);
    free_.push_back(index);
    return std::move(slots_[index].value);
  }

  template <typename Visit>
  void each(Visit visit) {
    for (Slot& slot : slots_) {
      if (slot.value != nullptr) visit(slot.value);
    }
  }

 private:
  static constexpr uint64_t kIndexMask = (uint64_t{1} << 24) - 1;
  static constexpr uint64_t kInUse = uint64_t{1} << 63;

  struct Slot {
    uint64_t key = 0;
    std::unique_ptr<Value> value;
  };

  std::mt19937_64 random_{std::random_device{}()};
  std::vector<Slot> slots_;
  std::vector<size_t> free_;
};

}  // namespace winport
