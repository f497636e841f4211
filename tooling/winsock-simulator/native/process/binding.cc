#include "process/binding.h"

#include "abi/winsock-abi.h"
#include "abi/winsock-errors.h"
#include "host/host-sockets.h"
#include "process/simulated-process.h"

namespace simulator {
namespace {

// One attempt to bind a socket somewhere in the pool, which is locked throughout.
class Binding {
 public:
  Binding(SharedPool& shared, SimulatedSocket& socket, const SocketAddress& wanted)
      : pool_(shared), socket_(socket), wanted_(wanted) {}

  int bind() {
    if (socket_.association != 0) return bindInsideReservation();
    if (wanted_.port == 0) {
      pool_->offerEphemeralPorts(socket_.protocol, [this](uint16_t port) { return tryChosen(port); });
      return chosenError_;
    }
    if (pool_->isReserved(socket_.protocol, wanted_.port)) return WSAEACCES;
    return bindAt(wanted_.port);
  }

 private:
  int bindInsideReservation() {
    Reservation* reservation = pool_->find(socket_.association);
    if (wanted_.port != 0) {
      if (reservation == nullptr || !reservation->range.contains(wanted_.port)) return WSAEADDRNOTAVAIL;
      return bindAt(wanted_.port);
    }
    if (reservation != nullptr) pool_->offerPortsOf(*reservation, [this](uint16_t port) { return tryChosen(port); });
    return chosenError_;
  }

  // A port that only the machine knows to be taken is passed over.
  bool tryChosen(uint16_t port) {
    chosenError_ = bindAt(port);
    return chosenError_ != WSAEADDRINUSE;
  }

  int bindAt(uint16_t port) {
    SocketAddress address = wanted_;
    address.port = port;
    const BindMode mode{socket_.shareable, isDualStack()};
    if (const int error = pool_->bindError(socket_.protocol, address, mode)) return error;
    if (const int error = host::bind(socket_.identity.handle, address)) return error;
    socket_.bound = true;
    if (pool_->recordBound(socket_.protocol, address, mode, socket_.identity)) socket_.boundPort = port;
    return 0;
  }

  bool isDualStack() const {
    int32_t v6Only = 1;
    int length = sizeof v6Only;
    if (socket_.family != kFamilyInet6) return false;
    return host::getOption(socket_.identity.handle, IPPROTO_IPV6, IPV6_V6ONLY, &v6Only, &length) == 0 && v6Only == 0;
  }

  LockedPool pool_;
  SimulatedSocket& socket_;
  const SocketAddress& wanted_;
  int chosenError_ = WSAEADDRINUSE;
};

}  // namespace

bool isBound(const SimulatedSocket& socket) {
  SocketAddress address;
  return socket.bound || host::localAddress(socket.identity.handle, address) == 0;
}

int bindSocket(SimulatedProcess& process, SimulatedSocket& socket, const SocketAddress& address) {
  if (isBound(socket)) return WSAEINVAL;
  if (socket.family != 0 && address.family != socket.family) return WSAEAFNOSUPPORT;
  if (socket.protocol == Protocol::kOther) return host::bind(socket.identity.handle, address);
  SharedPool* pool = process.pool();
  return pool == nullptr ? WSAENOBUFS : Binding(*pool, socket, address).bind();
}

}  // namespace simulator
