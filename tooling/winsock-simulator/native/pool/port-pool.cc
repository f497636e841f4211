#include "pool/port-pool.h"

#include <atomic>
#include <cstring>
#include <iterator>

#include "abi/winsock-errors.h"
#include "pool/socket-liveness.h"
#include "pool/token.h"

namespace simulator {
namespace {

// A wildcard address stands for the whole port of its family, a dual-stack socket's for that of both.
bool overlap(const SocketAddress& one, BindMode oneMode, const SocketAddress& other, BindMode otherMode) {
  if (one.family != other.family) {
    return (oneMode.dualStack && one.isUnspecified()) || (otherMode.dualStack && other.isUnspecified());
  }
  return one.isUnspecified() || other.isUnspecified() || one.bytes == other.bytes;
}

}  // namespace

Reservation* PortPool::acquireRuntime(Protocol protocol, PortRange wanted, SocketIdentity anchor) {
  if (wanted.start != 0) {
    return isFree(protocol, wanted) ? &enter(protocol, wanted, false, anchor) : nullptr;
  }
  std::optional<uint32_t> start = findWildcardStart(protocol, wanted.count);
  if (!start && reclaimDead()) start = findWildcardStart(protocol, wanted.count);
  return start ? &enter(protocol, {*start, wanted.count}, false, anchor) : nullptr;
}

Reservation* PortPool::createPersistent(Protocol protocol, PortRange range) {
  return isFree(protocol, range) ? &enter(protocol, range, true, {}) : nullptr;
}

// The lowest run of the dynamic range.
std::optional<uint32_t> PortPool::findWildcardStart(Protocol protocol, uint32_t count) {
  const ProtocolPorts& all = ports(protocol);
  const auto unavailable = [&](uint32_t index) { return all.reserved.word(index) | all.excluded.word(index); };
  const uint32_t end = all.dynamicRange.end();
  for (uint32_t start = all.dynamicRange.start;;) {
    start = lowestClearRun(unavailable, start, end, count);
    if (start == end) return std::nullopt;
    const uint32_t obstacle = firstLiveBound(protocol, {start, count});
    if (obstacle == start + count) return start;
    start = obstacle + 1;
  }
}

bool PortPool::isFree(Protocol protocol, PortRange range) {
  const ProtocolPorts& all = ports(protocol);
  const auto reserved = [&](uint32_t index) { return all.reserved.word(index); };
  const auto excluded = [&](uint32_t index) { return all.excluded.word(index); };
  for (uint32_t port = range.start; (port = firstSet(reserved, port, range.end())) != range.end(); ++port) {
    if (isReserved(protocol, port)) return false;
  }
  return firstSet(excluded, range.start, range.end()) == range.end() && firstLiveBound(protocol, range) == range.end();
}

// The range's end when none is.
uint32_t PortPool::firstLiveBound(Protocol protocol, PortRange range) {
  const auto bound = [&](uint32_t index) { return ports(protocol).bound.word(index); };
  uint32_t port = range.start;
  while ((port = firstSet(bound, port, range.end())) != range.end()) {
    if (isBound(protocol, port)) return port;
    ++port;
  }
  return port;
}

Reservation& PortPool::enter(Protocol protocol, PortRange range, bool persistent, SocketIdentity anchor) {
  const uint32_t index = memory_.reservations.take();
  Reservation& reservation = *memory_.reservations.at(index);
  reservation.range = range;
  reservation.cursor = range.start;
  reservation.protocol = protocol;
  reservation.persistent = persistent;
  reservation.owner = currentProcess();
  reservation.anchor = anchor;
  const uint64_t token = nextToken(memory_.tokensIssued, index);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  reservation.token = token;
  enterPorts(reservation);
  return reservation;
}

void PortPool::enterPorts(Reservation& reservation) {
  ProtocolPorts& all = ports(reservation.protocol);
  all.reserved.set(reservation.range);
  std::fill_n(all.reservationAt + reservation.range.start, reservation.range.count, memory_.reservations.indexOf(reservation) + 1);
}

void PortPool::release(Reservation& reservation) {
  reservation.token = 0;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  ProtocolPorts& all = ports(reservation.protocol);
  all.reserved.clear(reservation.range);
  std::fill_n(all.reservationAt + reservation.range.start, reservation.range.count, 0);
  memory_.reservations.giveBack(memory_.reservations.indexOf(reservation));
}

Reservation* PortPool::find(uint64_t token) {
  if (token == 0) return nullptr;
  Reservation* reservation = memory_.reservations.at(slotOfToken(token));
  if (reservation == nullptr || reservation->token != token || reclaimIfDead(*reservation)) return nullptr;
  return reservation;
}

Reservation* PortPool::findPersistent(Protocol protocol, PortRange range) {
  const uint32_t index = ports(protocol).reservationAt[range.start];
  if (index == 0) return nullptr;
  Reservation* reservation = memory_.reservations.at(index - 1);
  return reservation->persistent && reservation->range == range ? reservation : nullptr;
}

bool PortPool::reclaimIfDead(Reservation& reservation) {
  if (reservation.persistent || isAnchorOpen(reservation)) return false;
  release(reservation);
  return true;
}

bool PortPool::reclaimDead() {
  bool reclaimed = false;
  memory_.reservations.forEachUsed([&](Reservation& reservation) { reclaimed |= reclaimIfDead(reservation); });
  return reclaimed;
}

bool PortPool::isReserved(Protocol protocol, uint32_t port) {
  const ProtocolPorts& all = ports(protocol);
  return all.reserved.test(port) && !reclaimIfDead(*memory_.reservations.at(all.reservationAt[port] - 1));
}

bool PortPool::isBound(Protocol protocol, uint32_t port) {
  const ProtocolPorts& all = ports(protocol);
  if (!all.bound.test(port)) return false;
  for (uint32_t index = all.firstBoundAt[port]; index != 0;) {
    BoundPort& bound = *memory_.boundPorts.at(index - 1);
    index = bound.nextOnPort;
    if (isStillBound(bound)) return true;
    dropBound(bound);
  }
  return false;
}

// Two sockets share a port on addresses apart from each other, or when both asked for it. As Windows documents it, one that
// asked while the other did not is refused with WSAEACCES.
int PortPool::bindError(Protocol protocol, const SocketAddress& address, BindMode mode) {
  for (uint32_t index = ports(protocol).firstBoundAt[address.port]; index != 0;) {
    BoundPort& bound = *memory_.boundPorts.at(index - 1);
    index = bound.nextOnPort;
    if (!overlap(address, mode, bound.address, bound.mode) || (mode.shareable && bound.mode.shareable)) continue;
    if (isStillBound(bound)) return mode.shareable ? WSAEACCES : WSAEADDRINUSE;
    dropBound(bound);
  }
  return 0;
}

bool PortPool::recordBound(Protocol protocol, const SocketAddress& address, BindMode mode, SocketIdentity socket) {
  uint32_t index = memory_.boundPorts.take();
  if (index == memory_.boundPorts.kNone) {
    memory_.boundPorts.forEachUsed([&](BoundPort& bound) {
      if (!isStillBound(bound)) dropBound(bound);
    });
    index = memory_.boundPorts.take();
    if (index == memory_.boundPorts.kNone) return false;
  }
  ProtocolPorts& all = ports(protocol);
  BoundPort& bound = *memory_.boundPorts.at(index);
  bound.mode = mode;
  bound.protocol = protocol;
  bound.nextOnPort = all.firstBoundAt[address.port];
  bound.address = address;
  bound.owner = currentProcess();
  bound.socket = socket;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  bound.used = true;
  all.firstBoundAt[address.port] = index + 1;
  all.bound.set({address.port, 1});
  return true;
}

void PortPool::forgetBound(Protocol protocol, uint32_t port, SocketIdentity socket) {
  for (uint32_t index = ports(protocol).firstBoundAt[port]; index != 0;) {
    BoundPort& bound = *memory_.boundPorts.at(index - 1);
    index = bound.nextOnPort;
    if (bound.owner == currentProcess() && bound.socket == socket) dropBound(bound);
  }
}

void PortPool::dropBound(BoundPort& bound) {
  ProtocolPorts& all = ports(bound.protocol);
  const uint32_t index = memory_.boundPorts.indexOf(bound);
  uint32_t* link = &all.firstBoundAt[bound.address.port];
  while (*link != index + 1) link = &memory_.boundPorts.at(*link - 1)->nextOnPort;
  *link = bound.nextOnPort;
  bound.used = false;
  if (all.firstBoundAt[bound.address.port] == 0) all.bound.clear({bound.address.port, 1});
  memory_.boundPorts.giveBack(index);
}

void PortPool::clearExclusions() {
  for (ProtocolPorts& all : memory_.protocols) all.excluded.clearAll();
}

void PortPool::setDynamicRange(Protocol protocol, PortRange range) {
  ports(protocol).dynamicRange = range;
  ports(protocol).ephemeralCursor = range.start;
}

PortPool::Census PortPool::census() {
  reclaimDead();
  Census census{};
  memory_.reservations.forEachUsed([&](Reservation& reservation) {
    if (reservation.persistent) {
      ++census.persistent;
    } else {
      ++census.runtimeOfAll;
      if (reservation.owner == currentProcess()) ++census.runtimeOfThisProcess;
    }
  });
  return census;
}

void PortPool::reset() {
  memory_.reservations.forEachUsed([&](Reservation& reservation) { release(reservation); });
  memory_.boundPorts.forEachUsed([&](BoundPort& bound) {
    if (!isStillBound(bound)) dropBound(bound);
  });
  clearExclusions();
  setDynamicRange(Protocol::kTcp, kDefaultDynamicRange);
  setDynamicRange(Protocol::kUdp, kDefaultDynamicRange);
}

void PortPool::reboot() {
  memory_.reservations.forEachUsed([&](Reservation& reservation) {
    if (reservation.persistent) {
      reservation.token = nextToken(memory_.tokensIssued, memory_.reservations.indexOf(reservation));
      reservation.cursor = reservation.range.start;
    } else {
      release(reservation);
    }
  });
  memory_.boundPorts.forEachUsed([&](BoundPort& bound) {
    if (bound.owner == currentProcess()) dropBound(bound);
  });
}

void PortPool::forgetProcess(const ProcessIdentity& process) {
  memory_.reservations.forEachUsed([&](Reservation& reservation) {
    if (!reservation.persistent && reservation.owner == process) release(reservation);
  });
  memory_.boundPorts.forEachUsed([&](BoundPort& bound) {
    if (bound.owner == process) dropBound(bound);
  });
}

void PortPool::repair() {
  for (ProtocolPorts& all : memory_.protocols) {
    all.reserved.clearAll();
    all.bound.clearAll();
    std::fill(std::begin(all.reservationAt), std::end(all.reservationAt), 0);
    std::fill(std::begin(all.firstBoundAt), std::end(all.firstBoundAt), 0);
  }
  memory_.reservations.forEachUsed([&](Reservation& reservation) { enterPorts(reservation); });
  memory_.reservations.rebuildFreeList();
  memory_.boundPorts.forEachUsed([&](BoundPort& bound) {
    ProtocolPorts& all = ports(bound.protocol);
    bound.nextOnPort = all.firstBoundAt[bound.address.port];
    all.firstBoundAt[bound.address.port] = memory_.boundPorts.indexOf(bound) + 1;
    all.bound.set({bound.address.port, 1});
  });
  memory_.boundPorts.rebuildFreeList();
}

}  // namespace simulator
