#include <mutex>

#include "abi/winsock-abi.h"
#include "abi/winsock-errors.h"
#include "process/simulated-process.h"

using namespace simulator;

namespace {

// The frame of these functions: they return their error, need no WSAStartup and do not set the thread's last error.
template <typename Body>
ULONG persistentCall(WinsockSimulator_Call call, Body body) noexcept {
  try {
    SimulatedProcess& process = SimulatedProcess::current();
    std::unique_lock lock(process.mutex);
    const int fault = process.script.next(call);
    if (const uint32_t latency = process.script.latency(call)) {
      if (const int interrupted = process.pending.delay(lock, INVALID_SOCKET, latency)) return static_cast<ULONG>(interrupted);
    }
    if (fault != 0) return static_cast<ULONG>(fault);
    SharedPool* pool = process.pool();
    return pool == nullptr ? ERROR_NOT_ENOUGH_MEMORY : static_cast<ULONG>(body(process, *pool));
  } catch (...) {
    return ERROR_NOT_ENOUGH_MEMORY;
  }
}

ULONG create(Protocol protocol, USHORT startPort, USHORT numberOfPorts, ULONG64* token) {
  return persistentCall(WINSOCK_SIMULATOR_CREATE_PERSISTENT, [&](SimulatedProcess& process, SharedPool& shared) -> int {
    const PortRange range{__builtin_bswap16(startPort), numberOfPorts};
    if (!range.isValid() || token == nullptr) return ERROR_INVALID_PARAMETER;
    if (!process.elevated) return ERROR_ACCESS_DENIED;
    LockedPool pool(shared);
    const Reservation* reservation = pool->createPersistent(protocol, range);
    if (reservation == nullptr) return ERROR_SHARING_VIOLATION;
    *token = reservation->token;
    return 0;
  });
}

ULONG lookUp(Protocol protocol, USHORT startPort, USHORT numberOfPorts, ULONG64* token) {
  return persistentCall(WINSOCK_SIMULATOR_LOOKUP_PERSISTENT, [&](SimulatedProcess& process, SharedPool& shared) -> int {
    const PortRange range{__builtin_bswap16(startPort), numberOfPorts};
    if (range.start == 0 || range.count == 0 || token == nullptr) return ERROR_INVALID_PARAMETER;
    LockedPool pool(shared);
    if (const int denied = pool->world().lookupUnelevated; denied != 0 && !process.elevated) return denied;
    const Reservation* reservation = pool->findPersistent(protocol, range);
    if (reservation == nullptr) return ERROR_NOT_FOUND;
    *token = reservation->token;
    return 0;
  });
}

ULONG remove(Protocol protocol, USHORT startPort, USHORT numberOfPorts) {
  return persistentCall(WINSOCK_SIMULATOR_DELETE_PERSISTENT, [&](SimulatedProcess& process, SharedPool& shared) -> int {
    const PortRange range{__builtin_bswap16(startPort), numberOfPorts};
    if (range.start == 0 || range.count == 0) return ERROR_INVALID_PARAMETER;
    if (!process.elevated) return ERROR_ACCESS_DENIED;
    LockedPool pool(shared);
    Reservation* reservation = pool->findPersistent(protocol, range);
    if (reservation == nullptr) return ERROR_NOT_FOUND;
    pool->release(*reservation);
    return 0;
  });
}

}  // namespace

EXPORT ULONG WINAPI CreatePersistentTcpPortReservation(USHORT startPort, USHORT numberOfPorts, ULONG64* token) {
  return create(Protocol::kTcp, startPort, numberOfPorts, token);
}
EXPORT ULONG WINAPI CreatePersistentUdpPortReservation(USHORT startPort, USHORT numberOfPorts, ULONG64* token) {
  return create(Protocol::kUdp, startPort, numberOfPorts, token);
}
EXPORT ULONG WINAPI LookupPersistentTcpPortReservation(USHORT startPort, USHORT numberOfPorts, ULONG64* token) {
  return lookUp(Protocol::kTcp, startPort, numberOfPorts, token);
}
EXPORT ULONG WINAPI LookupPersistentUdpPortReservation(USHORT startPort, USHORT numberOfPorts, ULONG64* token) {
  return lookUp(Protocol::kUdp, startPort, numberOfPorts, token);
}
EXPORT ULONG WINAPI DeletePersistentTcpPortReservation(USHORT startPort, USHORT numberOfPorts) {
  return remove(Protocol::kTcp, startPort, numberOfPorts);
}
EXPORT ULONG WINAPI DeletePersistentUdpPortReservation(USHORT startPort, USHORT numberOfPorts) {
  return remove(Protocol::kUdp, startPort, numberOfPorts);
}
