#include "process/binding.h"

#include "abi/winsock-abi.h"
#include "abi/winsock-errors.h"
#include "host/host-sockets.h"
#include "process/simulated-process.h"

namespace simulator {
namespace {

// One call of bind. Holds the lock of the pool.
class Binding {
 public:
  Binding(SharedPool& shared, SimulatedSocket& socket, const SocketAddress& wanted)
      : pool_(shared), world_(pool_->world()), socket_(socket), wanted_(wanted), mode_{socket.shareable, socket.exclusive, isDualStack()} {}

  int bind() {
    if (socket_.association != 0) return bindInsideReservation();
    if (wanted_.port != 0) return bindAsStranger();
    int error = WSAEADDRINUSE;
    pool_->offerEphemeralPorts(socket_.protocol, [&](uint16_t port) { return tryChosen(port, error); });
    return error;
  }

 private:
  int bindInsideReservation() {
    Reservation* reservation = pool_->find(socket_.association);
    if (reservation == nullptr) return world_.bindAfterEnd;
    const bool isAnchor = !reservation->persistent && reservation->owner == currentProcess() && reservation->anchor == socket_.identity;
    const bool served = reservation->served || isAnchor;
    const int error = wanted_.port == 0 ? bindAnyOf(*reservation, served) : bindGivenOf(*reservation, served);
    if (error == 0 && isAnchor) reservation->served = true;
    return error;
  }

  int bindAnyOf(Reservation& reservation, bool served) {
    int error = WSAEADDRINUSE;
    if (served) pool_->offerPortsOf(reservation, [&](uint16_t port) { return tryChosen(port, error); });
    return error == WSAEADDRINUSE ? world_.blockExhausted : error;
  }

  // A block that is not served yet treats all sockets except its anchor as strangers.
  int bindGivenOf(const Reservation& reservation, bool served) {
    if (!reservation.range.contains(wanted_.port)) return world_.portOutsideBlock;
    const int error = served ? bindAt(wanted_.port) : bindAsStranger();
    return error == WSAEADDRINUSE && served ? world_.blockPortInUse : error;
  }

  int bindAsStranger() {
    const Reservation* reservation = pool_->reservationOf(socket_.protocol, wanted_.port, familiesOf(wanted_, mode_));
    if (reservation == nullptr) return bindAt(wanted_.port);
    return reservation->persistent ? world_.persistentPortRefused : world_.runtimePortRefused;
  }

  // Returns whether to stop. Passes over a port that only the real system knows to be taken.
  bool tryChosen(uint16_t port, int& error) {
    error = bindAt(port);
    return error != WSAEADDRINUSE;
  }

  int bindAt(uint16_t port) {
    SocketAddress address = wanted_;
    address.port = port;
    if (const int error = pool_->bindError(socket_.protocol, address, mode_)) return error;
    applyV6Only(socket_);
    if (const int error = host::bind(socket_.identity.handle, socket_.protocol, address)) return error;
    socket_.bound = true;
    // A connect replaces an unspecified address, and Linux changes some fields of an IPv6 address.
    if (address.family == kFamilyInet && !address.isUnspecified()) socket_.fixedAddress = address;
    if (pool_->recordBound(socket_.protocol, address, mode_, socket_.identity)) socket_.boundPort = port;
    return 0;
  }

  bool isDualStack() const {
    if (socket_.family != kFamilyInet6) return false;
    if (socket_.pendingV6Only) return !*socket_.pendingV6Only;
    int32_t v6Only = 1;
    int length = sizeof v6Only;
    return host::getOption(socket_.identity.handle, IPPROTO_IPV6, IPV6_V6ONLY, &v6Only, &length) == 0 && v6Only == 0;
  }

  LockedPool pool_;
  const World& world_;
  SimulatedSocket& socket_;
  const SocketAddress& wanted_;
  const BindMode mode_;
};

int bindUnbound(SimulatedProcess& process, SimulatedSocket& socket, const SocketAddress& address) {
  if (socket.family != 0 && address.family != socket.family) return WSAEAFNOSUPPORT;
  if (socket.protocol == Protocol::kOther) {
    applyV6Only(socket);
    return host::bind(socket.identity.handle, socket.protocol, address);
  }
  SharedPool* pool = process.pool();
  return pool == nullptr ? WSAENOBUFS : Binding(*pool, socket, address).bind();
}

}  // namespace

bool isBound(const SimulatedSocket& socket) {
  SocketAddress address;
  return socket.bound || host::localAddress(socket.identity.handle, address) == 0;
}

void applyV6Only(SimulatedSocket& socket) {
  if (!socket.pendingV6Only) return;
  const int32_t v6Only = *socket.pendingV6Only;
  host::setOption(socket.identity.handle, IPPROTO_IPV6, IPV6_V6ONLY, &v6Only, sizeof v6Only);
  socket.pendingV6Only.reset();
}

int bindSocket(SimulatedProcess& process, SimulatedSocket& socket, const SocketAddress& address) {
  if (socket.bound) return WSAEINVAL;
  const int error = bindUnbound(process, socket, address);
  // Node may have bound the socket. The system refuses it then, but the pool may have done so first, for another reason.
  return error != 0 && isBound(socket) ? WSAEINVAL : error;
}

}  // namespace simulator
