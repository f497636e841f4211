#pragma once

#include <cstdint>
#include <mutex>

#include "abi/winsock-errors.h"
#include "process/simulated-process.h"

namespace simulator {

// A call that lists sockets or processes: it returns its error and needs no WSAStartup. Counts it, or makes it fail by the script.
template <typename Body>
uint32_t tableCall(WinsockSimulator_Call call, Body body) noexcept {
  try {
    SimulatedProcess& process = SimulatedProcess::current();
    std::unique_lock lock(process.mutex);
    if (const int fault = process.script.next(call)) return static_cast<uint32_t>(fault);
    SharedPool* pool = process.pool();
    return pool == nullptr ? uint32_t{ERROR_NOT_ENOUGH_MEMORY} : body(*pool);
  } catch (...) {
    return ERROR_NOT_ENOUGH_MEMORY;
  }
}

}  // namespace simulator
