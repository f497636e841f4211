#include "pool/socket-liveness.h"

#include "host/host-sockets.h"

namespace simulator {

bool isStillBound(const BoundPort& bound) {
  if (bound.owner == currentProcess()) {
    SocketAddress address;
    return host::localAddress(bound.socket.handle, address) == 0 && address.port == bound.address.port;
  }
  return isAlive(bound.owner) && !host::canBind(bound.protocol, bound.address);
}

bool isAnchorOpen(const Reservation& reservation) {
  if (reservation.owner == currentProcess()) return host::identify(reservation.anchor.handle) != 0;
  return isAlive(reservation.owner);
}

}  // namespace simulator
