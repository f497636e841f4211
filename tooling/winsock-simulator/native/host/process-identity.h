#pragma once

#include <cstdint>

namespace simulator {

// A process id alone may be reissued; together with when it started it is not.
struct ProcessIdentity {
  uint64_t startedAt;
  uint32_t pid;
  bool operator==(const ProcessIdentity&) const = default;
};

const ProcessIdentity& currentProcess();
bool isAlive(const ProcessIdentity& process);

}  // namespace simulator
