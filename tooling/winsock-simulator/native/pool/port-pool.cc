#include "pool/port-pool.h"

#include <atomic>
#include <cstring>
#include <iterator>

#include "abi/winsock-errors.h"
#include "pool/socket-liveness.h"
#include "pool/token.h"

namespace simulator {
namespace {

constexpr uint32_t kFirstUnprivilegedPort = 1024;

// An unspecified address conflicts with every address of its families.
bool overlap(const SocketAddress& one, BindMode oneMode, const SocketAddress& other, BindMode otherMode) {
  if ((familiesOf(one, oneMode) & familiesOf(other, otherMode)) == 0) return false;
  return one.isUnspecified() || other.isUnspecified() || one.unmapped().bytes == other.unmapped().bytes;
}

// A word that has the bits of both bitmaps, or of one, by the families.
uint64_t wordOf(const PortBitmap (&bitmaps)[2], uint32_t index, Families families) {
  return ((families & kIpv4) != 0 ? bitmaps[0].word(index) : 0) | ((families & kIpv6) != 0 ? bitmaps[1].word(index) : 0);
}

bool test(const PortBitmap (&bitmaps)[2], uint32_t port, Families families) {
  return (wordOf(bitmaps, port / 64, families) >> (port % 64) & 1) != 0;
}

template <typename Change>
void forEachFamily(PortBitmap (&bitmaps)[2], Families families, Change change) {
  if ((families & kIpv4) != 0) change(bitmaps[0]);
  if ((families & kIpv6) != 0) change(bitmaps[1]);
}

void setPorts(PortBitmap (&bitmaps)[2], PortRange range, Families families) {
  forEachFamily(bitmaps, families, [&](PortBitmap& bitmap) { bitmap.set(range); });
}

void clearPorts(PortBitmap (&bitmaps)[2], PortRange range, Families families) {
  forEachFamily(bitmaps, families, [&](PortBitmap& bitmap) { bitmap.clear(range); });
}

}  // namespace

Reservation* PortPool::acquireRuntime(Protocol protocol, PortRange wanted, SocketIdentity socket, uint16_t anchorFamily) {
  const Anchor anchor{socket, anchorFamily};
  const Families families = world().familyPools == kTwoPools && anchorFamily == kFamilyInet ? kIpv4 : kBothFamilies;
  if (wanted.start != 0) {
    const bool free = isUnused(protocol, wanted, families) && !isExcluded(protocol, wanted);
    return free ? &enter(protocol, wanted, families, &anchor) : nullptr;
  }
  std::optional<uint32_t> start = findWildcardStart(protocol, wanted.count, families);
  if (!start && reclaimDead()) start = findWildcardStart(protocol, wanted.count, families);
  return start ? &enter(protocol, {*start, wanted.count}, families, &anchor) : nullptr;
}

Reservation* PortPool::createPersistent(Protocol protocol, PortRange range) {
  if (!isUnused(protocol, range, kBothFamilies)) return nullptr;
  if (world().createOverExclusion != 0 && isExcluded(protocol, range)) return nullptr;
  return &enter(protocol, range, kBothFamilies, nullptr);
}

// Returns the start of the lowest free run where wildcards lie.
std::optional<uint32_t> PortPool::findWildcardStart(Protocol protocol, uint32_t count, Families families) {
  const ProtocolPorts& all = ports(protocol);
  const auto unavailable = [&](uint32_t index) { return wordOf(all.reserved, index, families) | all.excluded.word(index); };
  const bool anywhere = world().wildcardPlace == kAbove1023;
  const uint32_t end = anywhere ? kPortLimit : all.dynamicRange.end();
  for (uint32_t start = anywhere ? kFirstUnprivilegedPort : all.dynamicRange.start;;) {
    start = lowestClearRun(unavailable, start, end, count);
    if (start == end) return std::nullopt;
    const uint32_t obstacle = firstLiveBound(protocol, {start, count}, families);
    if (obstacle == start + count) return start;
    start = obstacle + 1;
  }
}

// Whether no reservation and no socket holds a port of the range.
bool PortPool::isUnused(Protocol protocol, PortRange range, Families families) {
  const ProtocolPorts& all = ports(protocol);
  const auto reserved = [&](uint32_t index) { return wordOf(all.reserved, index, families); };
  for (uint32_t port = range.start; (port = firstSet(reserved, port, range.end())) != range.end(); ++port) {
    if (reservationOf(protocol, port, families) != nullptr) return false;
  }
  return firstLiveBound(protocol, range, families) == range.end();
}

bool PortPool::isExcluded(Protocol protocol, PortRange range) {
  const auto excluded = [&](uint32_t index) { return ports(protocol).excluded.word(index); };
  return firstSet(excluded, range.start, range.end()) != range.end();
}

// Returns the end of the range if no port of it is bound.
uint32_t PortPool::firstLiveBound(Protocol protocol, PortRange range, Families families) {
  const auto bound = [&](uint32_t index) { return wordOf(ports(protocol).bound, index, families); };
  uint32_t port = range.start;
  while ((port = firstSet(bound, port, range.end())) != range.end()) {
    if (isBound(protocol, port, families)) return port;
    ++port;
  }
  return port;
}

bool PortPool::isAnyBound(const Reservation& reservation) {
  return firstLiveBound(reservation.protocol, reservation.range, kBothFamilies) != reservation.range.end();
}

// A persistent reservation has no anchor.
Reservation& PortPool::enter(Protocol protocol, PortRange range, Families families, const Anchor* anchor) {
  const uint32_t index = memory_.reservations.take();
  Reservation& reservation = *memory_.reservations.at(index);
  reservation.range = range;
  reservation.cursor = range.start;
  reservation.protocol = protocol;
  reservation.persistent = anchor == nullptr;
  reservation.served = anchor == nullptr || world().blockServed == kServedAtOnce;
  reservation.families = families;
  reservation.anchorFamily = anchor == nullptr ? 0 : anchor->family;
  reservation.owner = currentProcess();
  reservation.anchor = anchor == nullptr ? SocketIdentity{} : anchor->socket;
  const uint64_t token = nextToken(memory_.tokensIssued, index, static_cast<uint32_t>(protocol));
  std::atomic_signal_fence(std::memory_order_seq_cst);
  reservation.token = token;
  enterPorts(reservation);
  return reservation;
}

void PortPool::enterPorts(Reservation& reservation) {
  ProtocolPorts& all = ports(reservation.protocol);
  setPorts(all.reserved, reservation.range, reservation.families);
  std::fill_n(all.reservationAt + reservation.range.start, reservation.range.count, memory_.reservations.indexOf(reservation) + 1);
}

uint32_t PortPool::firstOffered(const Reservation& reservation) {
  switch (world().portOrder) {
    case kNextPort: return reservation.cursor;
    case kRandomPort: break;
    default: return reservation.range.start;
  }
  memory_.random = memory_.random * 6364136223846793005 + 1442695040888963407;  // Knuth's MMIX generator
  return reservation.range.start + static_cast<uint32_t>(memory_.random >> 33) % reservation.range.count;
}

void PortPool::release(Reservation& reservation) {
  reservation.token = 0;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  ProtocolPorts& all = ports(reservation.protocol);
  clearPorts(all.reserved, reservation.range, reservation.families);
  std::fill_n(all.reservationAt + reservation.range.start, reservation.range.count, 0);
  memory_.reservations.giveBack(memory_.reservations.indexOf(reservation));
}

Reservation* PortPool::find(uint64_t token) {
  if (token == 0) return nullptr;
  Reservation* reservation = memory_.reservations.at(slotOfToken(token));
  if (reservation == nullptr || reservation->token != token || reclaimIfDead(*reservation)) return nullptr;
  return reservation;
}

int PortPool::errorOfToken(Protocol protocol, uint64_t token) const {
  const bool issued = wasIssued(token, memory_.tokensIssued, static_cast<uint32_t>(protocol));
  return issued ? memory_.world.endedToken : memory_.world.unknownToken;
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

const Reservation* PortPool::reservationOf(Protocol protocol, uint32_t port, Families families) {
  const ProtocolPorts& all = ports(protocol);
  if (!test(all.reserved, port, families)) return nullptr;
  Reservation& reservation = *memory_.reservations.at(all.reservationAt[port] - 1);
  return reclaimIfDead(reservation) ? nullptr : &reservation;
}

bool PortPool::isBound(Protocol protocol, uint32_t port, Families families) {
  const ProtocolPorts& all = ports(protocol);
  if (!test(all.bound, port, families)) return false;
  for (uint32_t index = all.firstBoundAt[port]; index != 0;) {
    BoundPort& bound = *memory_.boundPorts.at(index - 1);
    index = bound.nextOnPort;
    if ((bound.families() & families) == 0) continue;
    if (isStillBound(bound)) return true;
    dropBound(bound);
  }
  return false;
}

// Two sockets share a port if their addresses do not overlap, or if both have SO_REUSEADDR. The error is WSAEACCES if only the new
// one has it, and for a specific address beside an exclusive wildcard address
// (learn.microsoft.com: Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE).
int PortPool::bindError(Protocol protocol, const SocketAddress& address, BindMode mode) {
  for (uint32_t index = ports(protocol).firstBoundAt[address.port]; index != 0;) {
    BoundPort& bound = *memory_.boundPorts.at(index - 1);
    index = bound.nextOnPort;
    if (!overlap(address, mode, bound.address, bound.mode) || (mode.shareable && bound.mode.shareable)) continue;
    const bool shutOut = bound.mode.exclusive && bound.address.isUnspecified() && !address.isUnspecified();
    if (isStillBound(bound)) return mode.shareable || shutOut ? WSAEACCES : WSAEADDRINUSE;
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
  setPorts(all.bound, {address.port, 1}, bound.families());
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
  clearPorts(all.bound, {bound.address.port, 1}, kBothFamilies);
  for (uint32_t other = all.firstBoundAt[bound.address.port]; other != 0;) {
    const BoundPort& left = *memory_.boundPorts.at(other - 1);
    setPorts(all.bound, {bound.address.port, 1}, left.families());
    other = left.nextOnPort;
  }
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
      reservation.token = nextToken(memory_.tokensIssued, memory_.reservations.indexOf(reservation),
                                    static_cast<uint32_t>(reservation.protocol));
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
    for (PortBitmap& reserved : all.reserved) reserved.clearAll();
    for (PortBitmap& bound : all.bound) bound.clearAll();
    std::fill(std::begin(all.reservationAt), std::end(all.reservationAt), 0);
    std::fill(std::begin(all.firstBoundAt), std::end(all.firstBoundAt), 0);
  }
  memory_.reservations.forEachUsed([&](Reservation& reservation) { enterPorts(reservation); });
  memory_.reservations.rebuildFreeList();
  memory_.boundPorts.forEachUsed([&](BoundPort& bound) {
    ProtocolPorts& all = ports(bound.protocol);
    bound.nextOnPort = all.firstBoundAt[bound.address.port];
    all.firstBoundAt[bound.address.port] = memory_.boundPorts.indexOf(bound) + 1;
    setPorts(all.bound, {bound.address.port, 1}, bound.families());
  });
  memory_.boundPorts.rebuildFreeList();
}

}  // namespace simulator
