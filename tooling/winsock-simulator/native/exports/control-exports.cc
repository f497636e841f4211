#include <mutex>

#include "abi/winsock-abi.h"
#include "abi/winsock-errors.h"
#include "host/host-sockets.h"
#include "process/simulated-process.h"
#include "winsock-simulator.h"

using namespace simulator;

namespace {

template <typename Body>
uint32_t controlCall(Body body) noexcept {
  try {
    SimulatedProcess& process = SimulatedProcess::current();
    const std::lock_guard lock(process.mutex);
    return static_cast<uint32_t>(body(process));
  } catch (...) {
    return ERROR_NOT_ENOUGH_MEMORY;
  }
}

template <typename Body>
uint32_t poolCall(Body body) noexcept {
  return controlCall([&](SimulatedProcess& process) -> long {
    SharedPool* pool = process.pool();
    return pool == nullptr ? ERROR_NOT_ENOUGH_MEMORY : body(process, *pool);
  });
}

bool readProtocol(int32_t number, Protocol& protocol) {
  protocol = number == IPPROTO_TCP ? Protocol::kTcp : Protocol::kUdp;
  return number == IPPROTO_TCP || number == IPPROTO_UDP;
}

bool isCall(int32_t call) { return call >= 0 && call < WINSOCK_SIMULATOR_CALL_LIMIT; }

}  // namespace

EXPORT uint32_t WinsockSimulator_Reset() {
  return poolCall([](SimulatedProcess& process, SharedPool& pool) -> long {
    process.pending.cancelAll();
    process.script.reset();
    process.elevated = false;
    process.sweep();
    process.sockets.forEach([](SimulatedSocket& socket) { socket.acquired.clear(); });
    LockedPool(pool)->reset();
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_SetWorld(const char* description) {
  return poolCall([&](SimulatedProcess&, SharedPool& pool) -> long {
    const bool read = description != nullptr && readWorld(description, LockedPool(pool)->world());
    return read ? 0 : ERROR_INVALID_PARAMETER;
  });
}

EXPORT uint32_t WinsockSimulator_SetElevated(int32_t elevated) {
  return controlCall([&](SimulatedProcess& process) -> long {
    process.elevated = elevated != 0;
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_AddExclusion(int32_t protocolNumber, uint16_t start, uint16_t count) {
  return poolCall([&](SimulatedProcess&, SharedPool& pool) -> long {
    Protocol protocol;
    const PortRange range{start, count};
    if (!readProtocol(protocolNumber, protocol) || !range.isValid()) return ERROR_INVALID_PARAMETER;
    LockedPool(pool)->exclude(protocol, range);
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_ClearExclusions() {
  return poolCall([](SimulatedProcess&, SharedPool& pool) -> long {
    LockedPool(pool)->clearExclusions();
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_SetDynamicRange(int32_t protocolNumber, uint16_t start, uint16_t count) {
  return poolCall([&](SimulatedProcess&, SharedPool& pool) -> long {
    Protocol protocol;
    const PortRange range{start, count};
    if (!readProtocol(protocolNumber, protocol) || !range.isValid()) return ERROR_INVALID_PARAMETER;
    LockedPool(pool)->setDynamicRange(protocol, range);
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_SetLatency(int32_t call, uint32_t milliseconds) {
  return controlCall([&](SimulatedProcess& process) -> long {
    if (!isCall(call)) return ERROR_INVALID_PARAMETER;
    process.script.setLatency(static_cast<WinsockSimulator_Call>(call), milliseconds);
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_ReleasePending(uint32_t count) {
  return controlCall([&](SimulatedProcess& process) { return process.pending.release(count); });
}

EXPORT uint32_t WinsockSimulator_PendingCount() {
  return controlCall([](SimulatedProcess& process) { return process.pending.count(); });
}

EXPORT uint32_t WinsockSimulator_InterruptBlocked() {
  return controlCall([](SimulatedProcess& process) { return process.pending.interruptBlocked(); });
}

EXPORT uint32_t WinsockSimulator_FailNext(int32_t call, uint32_t nth, int32_t error) {
  return controlCall([&](SimulatedProcess& process) -> long {
    if (!isCall(call) || nth == 0 || error == 0) return ERROR_INVALID_PARAMETER;
    process.script.failNext(static_cast<WinsockSimulator_Call>(call), nth, error);
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_Counts(WinsockSimulator_CountsResult* result) {
  return poolCall([&](SimulatedProcess& process, SharedPool& pool) -> long {
    if (result == nullptr) return ERROR_INVALID_PARAMETER;
    process.sweep();
    WinsockSimulator_CountsResult counts{};
    process.sockets.forEach([&](const SimulatedSocket& socket) {
      if (socket.foreign || socket.gone) return;
      ++counts.openSockets;
      if (socket.bound) ++counts.boundSockets;
    });
    const PortPool::Census census = LockedPool(pool)->census();
    counts.runtimeReservations = census.runtimeOfThisProcess;
    counts.runtimeReservationsOfAll = census.runtimeOfAll;
    counts.persistentReservations = census.persistent;
    counts.pendingCalls = process.pending.count();
    counts.startups = process.startups;
    counts.providerStartups = process.providerStartups;
    for (int call = 0; call < WINSOCK_SIMULATOR_CALL_LIMIT; ++call) {
      counts.calls[call] = process.script.calls(static_cast<WinsockSimulator_Call>(call));
    }
    *result = counts;
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_Reboot() {
  return poolCall([](SimulatedProcess& process, SharedPool& pool) -> long {
    process.pending.cancelAll();
    LockedPool(pool)->reboot();
    process.sockets.forEach([](SimulatedSocket& socket) {
      socket.gone = true;
      socket.acquired.clear();
      socket.boundPort = 0;
    });
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_UsePool(const char* name) {
  return controlCall([&](SimulatedProcess& process) -> long {
    if (name == nullptr || !isPoolName(name)) return ERROR_INVALID_PARAMETER;
    if (process.startups != 0) return ERROR_BUSY;
    process.usePool(name);
    return 0;
  });
}

EXPORT uint32_t WinsockSimulator_DestroyPool(const char* name) {
  return controlCall([&](SimulatedProcess& process) -> long {
    if (name != nullptr && !isPoolName(name)) return ERROR_INVALID_PARAMETER;
    const std::string pool = name == nullptr ? process.poolName() : name;
    if (pool == process.poolName() && process.startups == 0) process.leavePool();
    return SharedPool::destroy(pool);
  });
}
