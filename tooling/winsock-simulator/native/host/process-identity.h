#pragma once

#include <cstdint>

namespace simulator {

// A system may reuse a process id, but not together with the same start time.
struct ProcessIdentity {
  uint64_t startedAt;
  uint32_t pid;
  bool operator==(const ProcessIdentity&) const = default;
};

const ProcessIdentity& currentProcess();
bool isAlive(const ProcessIdentity& process);

}  // namespace simulator
