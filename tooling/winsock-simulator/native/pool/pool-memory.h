#pragma once

#include <cstdint>
#include <type_traits>

#include "abi/socket-address.h"
#include "host/process-identity.h"
#include "host/socket-identity.h"
#include "pool/port-bitmap.h"
#include "pool/port-range.h"
#include "pool/slot-table.h"
#include "pool/world.h"

namespace simulator {

inline constexpr uint32_t kProtocolCount = 2;

// A set of address families.
using Families = uint8_t;
inline constexpr Families kIpv4 = 1;
inline constexpr Families kIpv6 = 2;
inline constexpr Families kBothFamilies = kIpv4 | kIpv6;

struct Reservation {
  uint64_t token;  // 0 for a free slot
  PortRange range;
  uint32_t cursor;  // where the search for the next port begins in a world of `portOrder=next`
  uint32_t nextFree;
  Protocol protocol;
  bool persistent;
  bool served;            // whether sockets other than the anchor get ports of it
  Families families;      // those whose ports it holds
  uint16_t anchorFamily;  // this and the rest: of a runtime reservation
  ProcessIdentity owner;
  SocketIdentity anchor;

  bool inUse() const { return token != 0; }
};

struct BindMode {
  bool shareable;  // SO_REUSEADDR
  bool exclusive;  // SO_EXCLUSIVEADDRUSE
  bool dualStack;  // an IPv6 socket without IPV6_V6ONLY
};

// The families whose ports a bind to the address takes.
inline Families familiesOf(const SocketAddress& address, BindMode mode) {
  if (address.unmapped().family == kFamilyInet) return kIpv4;
  return mode.dualStack && address.isUnspecified() ? kBothFamilies : kIpv6;
}

struct BoundPort {
  bool used;
  BindMode mode;
  Protocol protocol;
  uint32_t nextFree;
  uint32_t nextOnPort;  // index + 1
  SocketAddress address;
  ProcessIdentity owner;
  SocketIdentity socket;

  bool inUse() const { return used; }
  Families families() const { return familiesOf(address, mode); }
};

struct ProtocolPorts {
  PortRange dynamicRange;
  uint32_t ephemeralCursor;
  PortBitmap excluded;
  PortBitmap reserved[2];  // IPv4, IPv6
  PortBitmap bound[2];     // IPv4, IPv6
  uint32_t reservationAt[kPortLimit];  // index + 1
  uint32_t firstBoundAt[kPortLimit];   // index + 1
};

// A pool in memory that processes share. The table of reservations cannot overflow, because each reservation holds a port.
struct PoolMemory {
  uint64_t layout;  // written last
  alignas(64) unsigned char lock[64];
  World world;
  uint64_t tokensIssued;
  uint64_t random;
  ProtocolPorts protocols[kProtocolCount];
  SlotTable<Reservation, kProtocolCount * kPortLimit> reservations;
  SlotTable<BoundPort, kPortLimit> boundPorts;
};
static_assert(std::is_trivially_copyable_v<Reservation>);

inline constexpr uint64_t kPoolLayout = uint64_t{0x57534f434b} << 24 ^ sizeof(PoolMemory);

}  // namespace simulator
