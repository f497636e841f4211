#pragma once

#include <cstdint>
#include <type_traits>

#include "abi/socket-address.h"
#include "host/process-identity.h"
#include "host/socket-identity.h"
#include "pool/port-bitmap.h"
#include "pool/port-range.h"
#include "pool/slot-table.h"

namespace simulator {

inline constexpr uint32_t kProtocolCount = 2;

struct Reservation {
  uint64_t token;  // 0: a free slot
  PortRange range;
  uint32_t cursor;  // the port after the one last chosen by the kernel
  uint32_t nextFree;
  Protocol protocol;
  bool persistent;
  ProcessIdentity owner;  // of a runtime reservation
  SocketIdentity anchor;  // of a runtime reservation

  bool inUse() const { return token != 0; }
};

struct BindMode {
  bool shareable;  // SO_REUSEADDR
  bool dualStack;  // an IPv6 socket that takes IPv4 as well
};

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
};

struct ProtocolPorts {
  PortRange dynamicRange;
  uint32_t ephemeralCursor;
  PortBitmap reserved;
  PortBitmap excluded;
  PortBitmap bound;
  uint32_t reservationAt[kPortLimit];  // index + 1
  uint32_t firstBoundAt[kPortLimit];   // index + 1
};

// One pool, as it lies in memory shared by processes. The reservation table cannot overflow: each holds a port of its own.
struct PoolMemory {
  uint64_t layout;  // written when all else is in place
  alignas(64) unsigned char lock[64];
  uint64_t tokensIssued;
  ProtocolPorts protocols[kProtocolCount];
  SlotTable<Reservation, kProtocolCount * kPortLimit> reservations;
  SlotTable<BoundPort, kPortLimit> boundPorts;
};
static_assert(std::is_trivially_copyable_v<Reservation>);

inline constexpr uint64_t kPoolLayout = uint64_t{0x57534f434b} << 24 ^ sizeof(PoolMemory);

}  // namespace simulator
