#pragma once

#include <cstdint>
#include <optional>

#include "pool/pool-memory.h"

namespace simulator {

// The rules of who gets which port. A view on shared memory whose lock the caller holds; makes no system call except to learn whether
// something that stands in the way is still there.
class PortPool {
 public:
  explicit PortPool(PoolMemory& memory) : memory_(memory) {}

  // Null when the ports are not free. Start 0 leaves the choice to the pool.
  Reservation* acquireRuntime(Protocol protocol, PortRange wanted, SocketIdentity anchor);
  Reservation* createPersistent(Protocol protocol, PortRange range);
  void release(Reservation& reservation);

  Reservation* find(uint64_t token);  // null as well when its anchor has been closed
  Reservation* findPersistent(Protocol protocol, PortRange range);

  bool isReserved(Protocol protocol, uint32_t port);
  bool isBound(Protocol protocol, uint32_t port);
  int bindError(Protocol protocol, const SocketAddress& address, BindMode mode);  // 0: nobody is in the way

  // Ports for bind(0), in the order in which they are to be tried; `tryPort` returns whether to stop.
  template <typename TryPort>
  void offerPortsOf(Reservation& reservation, TryPort tryPort);
  template <typename TryPort>
  void offerEphemeralPorts(Protocol protocol, TryPort tryPort);

  // False when the table is full.
  bool recordBound(Protocol protocol, const SocketAddress& address, BindMode mode, SocketIdentity socket);
  void forgetBound(Protocol protocol, uint32_t port, SocketIdentity socket);

  void exclude(Protocol protocol, PortRange range) { ports(protocol).excluded.set(range); }
  void clearExclusions();
  void setDynamicRange(Protocol protocol, PortRange range);

  struct Census {
    uint32_t runtimeOfThisProcess, runtimeOfAll, persistent;
  };
  Census census();
  void reset();
  void reboot();                       // see WinsockSimulator_Reboot
  void forgetProcess(const ProcessIdentity& process);
  void repair();                       // after a process died inside

 private:
  ProtocolPorts& ports(Protocol protocol) { return memory_.protocols[static_cast<uint32_t>(protocol)]; }
  std::optional<uint32_t> findWildcardStart(Protocol protocol, uint32_t count);
  bool isFree(Protocol protocol, PortRange range);
  bool reclaimIfDead(Reservation& reservation);
  bool reclaimDead();
  uint32_t firstLiveBound(Protocol protocol, PortRange range);
  void dropBound(BoundPort& bound);
  Reservation& enter(Protocol protocol, PortRange range, bool persistent, SocketIdentity anchor);
  void enterPorts(Reservation& reservation);

  PoolMemory& memory_;
};

template <typename TryPort>
void PortPool::offerPortsOf(Reservation& reservation, TryPort tryPort) {
  const PortRange range = reservation.range;
  for (uint32_t step = 0; step < range.count; ++step) {
    const uint32_t port = range.start + (reservation.cursor - range.start + step) % range.count;
    if (isBound(reservation.protocol, port) || !tryPort(static_cast<uint16_t>(port))) continue;
    reservation.cursor = port + 1 < range.end() ? port + 1 : range.start;
    return;
  }
}

template <typename TryPort>
void PortPool::offerEphemeralPorts(Protocol protocol, TryPort tryPort) {
  ProtocolPorts& all = ports(protocol);
  const PortRange range = all.dynamicRange;
  for (uint32_t step = 0; step < range.count; ++step) {
    const uint32_t port = range.start + (all.ephemeralCursor - range.start + step) % range.count;
    if (all.excluded.test(port) || isReserved(protocol, port) || isBound(protocol, port)) continue;
    if (!tryPort(static_cast<uint16_t>(port))) continue;
    all.ephemeralCursor = port + 1 < range.end() ? port + 1 : range.start;
    return;
  }
}

}  // namespace simulator
