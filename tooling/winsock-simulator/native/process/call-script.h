#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "winsock-simulator.h"

namespace simulator {

// For each kind of call of this process: how long calls take, which of them fail, and how many there were.
class CallScript {
 public:
  // Counts a call. Returns the error that it must fail with, or 0.
  int next(WinsockSimulator_Call call) {
    Kind& kind = kinds_[call];
    ++kind.calls;
    int error = 0;
    std::erase_if(kind.faults, [&](Fault& fault) {
      if (--fault.callsAway > 0) return false;
      if (error == 0) error = fault.error;
      return true;
    });
    return error;
  }

  uint32_t latency(WinsockSimulator_Call call) const { return kinds_[call].latency; }
  uint64_t calls(WinsockSimulator_Call call) const { return kinds_[call].calls; }

  void setLatency(WinsockSimulator_Call call, uint32_t milliseconds) { kinds_[call].latency = milliseconds; }
  void failNext(WinsockSimulator_Call call, uint32_t nth, int error) { kinds_[call].faults.push_back({nth, error}); }
  void reset() { kinds_ = {}; }

 private:
  struct Fault {
    uint32_t callsAway;
    int error;
  };
  struct Kind {
    uint64_t calls = 0;
    uint32_t latency = 0;
    std::vector<Fault> faults;
  };
  std::array<Kind, WINSOCK_SIMULATOR_CALL_LIMIT> kinds_;
};

}  // namespace simulator
