#pragma once

#include <cstdint>
#include <optional>

#include "pool/pool-memory.h"
#include "pool/socket-liveness.h"

namespace simulator {

// Decides which socket gets which port. A view on shared memory; the caller holds its lock. Makes system calls only to check whether an
// obstacle still exists. World-dependent answers are the caller's, except where ports are chosen.
class PortPool {
 public:
  explicit PortPool(PoolMemory& memory) : memory_(memory) {}

  World& world() { return memory_.world; }

  // Returns null if the ports are not free. With start 0 the pool chooses.
  Reservation* acquireRuntime(Protocol protocol, PortRange wanted, SocketIdentity anchor, uint16_t anchorFamily);
  Reservation* createPersistent(Protocol protocol, PortRange range);
  void release(Reservation& reservation);

  Reservation* find(uint64_t token);                         // also null if its anchor is closed
  int errorOfToken(Protocol protocol, uint64_t token) const;  // the answer to a token that names no reservation
  Reservation* findPersistent(Protocol protocol, PortRange range);

  // The reservation that holds the port for any of the families, or null.
  const Reservation* reservationOf(Protocol protocol, uint32_t port, Families families = kBothFamilies);
  bool isBound(Protocol protocol, uint32_t port, Families families = kBothFamilies);
  bool isAnyBound(const Reservation& reservation);
  int bindError(Protocol protocol, const SocketAddress& address, BindMode mode);  // 0 if no other socket is in the way

  // Call `tryPort` with the ports for bind(0), in order, until it returns true.
  template <typename TryPort>
  void offerPortsOf(Reservation& reservation, TryPort tryPort);
  template <typename TryPort>
  void offerEphemeralPorts(Protocol protocol, TryPort tryPort);

  // Returns false if the table is full.
  bool recordBound(Protocol protocol, const SocketAddress& address, BindMode mode, SocketIdentity socket);
  void forgetBound(Protocol protocol, uint32_t port, SocketIdentity socket);

  void exclude(Protocol protocol, PortRange range) { ports(protocol).excluded.set(range); }
  void clearExclusions();
  void setDynamicRange(Protocol protocol, PortRange range);

  // Visits the ports that sockets of any process are bound to.
  template <typename Visit>
  void forEachBound(Visit visit) {
    memory_.boundPorts.forEachUsed([&](const BoundPort& bound) {
      if (isStillBound(bound)) visit(bound);
    });
  }

  struct Census {
    uint32_t runtimeOfThisProcess, runtimeOfAll, persistent;
  };
  Census census();
  void reset();
  void reboot();  // see WinsockSimulator_Reboot
  void forgetProcess(const ProcessIdentity& process);
  void repair();  // after a process died while it held the lock

 private:
  struct Anchor {
    SocketIdentity socket;
    uint16_t family;
  };

  ProtocolPorts& ports(Protocol protocol) { return memory_.protocols[static_cast<uint32_t>(protocol)]; }
  std::optional<uint32_t> findWildcardStart(Protocol protocol, uint32_t count, Families families);
  bool isUnused(Protocol protocol, PortRange range, Families families);
  bool isExcluded(Protocol protocol, PortRange range);
  uint32_t firstOffered(const Reservation& reservation);
  bool reclaimIfDead(Reservation& reservation);
  bool reclaimDead();
  uint32_t firstLiveBound(Protocol protocol, PortRange range, Families families);
  void dropBound(BoundPort& bound);
  Reservation& enter(Protocol protocol, PortRange range, Families families, const Anchor* anchor);
  void enterPorts(Reservation& reservation);

  PoolMemory& memory_;
};

template <typename TryPort>
void PortPool::offerPortsOf(Reservation& reservation, TryPort tryPort) {
  const PortRange range = reservation.range;
  const uint32_t first = firstOffered(reservation);
  for (uint32_t step = 0; step < range.count; ++step) {
    const uint32_t port = range.start + (first - range.start + step) % range.count;
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
    if (all.excluded.test(port) || reservationOf(protocol, port) != nullptr || isBound(protocol, port)) continue;
    if (!tryPort(static_cast<uint16_t>(port))) continue;
    all.ephemeralCursor = port + 1 < range.end() ? port + 1 : range.start;
    return;
  }
}

}  // namespace simulator
