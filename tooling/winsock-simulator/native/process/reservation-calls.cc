#include "process/reservation-calls.h"

#include <cstring>
#include <vector>

#include "abi/winsock-errors.h"
#include "process/binding.h"
#include "process/simulated-process.h"

namespace simulator {
namespace {

struct PortReservationInstance {  // INET_PORT_RESERVATION_INSTANCE
  uint16_t startPort;             // network order
  uint16_t numberOfPorts;
  uint32_t padding;
  uint64_t token;
};
static_assert(sizeof(PortReservationInstance) == 16);

Outcome acquire(SharedPool& pool, SimulatedSocket& socket, const ReservationRequest& request) {
  LockedPool locked(pool);
  const World& world = locked->world();
  if (world.acquireOnBound != 0 && isBound(socket)) return {world.acquireOnBound, 0};
  if (world.secondAcquire != 0 && socket.hasAcquired) return {world.secondAcquire, 0};
  const PortRange wanted{request.startPort, request.numberOfPorts};
  if (wanted.count == 0 || wanted.end() > kPortLimit) return {WSAEINVAL, 0};
  socket.acquired.reserve(socket.acquired.size() + 1);
  const Reservation* reservation = locked->acquireRuntime(socket.protocol, wanted, socket.identity, socket.family);
  if (reservation == nullptr) return {wanted.start == 0 ? world.wildcardRefused : world.rangeTaken, 0};
  socket.acquired.push_back(reservation->token);
  socket.hasAcquired = true;
  const PortReservationInstance instance{__builtin_bswap16(static_cast<uint16_t>(reservation->range.start)),
                                         request.numberOfPorts, 0, reservation->token};
  std::memcpy(request.output, &instance, sizeof instance);
  return {0, sizeof instance};
}

Outcome associate(SharedPool& pool, bool elevated, SimulatedSocket& socket, const ReservationRequest& request) {
  LockedPool locked(pool);
  const World& world = locked->world();
  Reservation* reservation = locked->find(request.token);
  if (reservation == nullptr || reservation->protocol != socket.protocol) {
    return {locked->errorOfToken(socket.protocol, request.token), 0};
  }
  if (reservation->persistent && !elevated) return {WSAEACCES, 0};
  if (!reservation->persistent && reservation->owner != currentProcess()) return {world.foreignToken, 0};
  const bool servesFamily =
      world.tokenServes == kServesBothFamilies || reservation->persistent || reservation->anchorFamily == socket.family;
  if (!servesFamily) return {world.unknownToken, 0};
  const auto bytes = static_cast<uint32_t>(world.bytesReturned);
  if (isBound(socket)) return {world.boundSocketAssociated, world.boundSocketAssociated == 0 ? bytes : 0};
  socket.association = request.token;
  const bool isAnchor = !reservation->persistent && reservation->anchor == socket.identity;
  if (isAnchor && world.blockServed == kServedAnchorAssociated) reservation->served = true;
  return {0, bytes};
}

Outcome release(SharedPool& pool, SocketTable& sockets, const SimulatedSocket& socket, const ReservationRequest& request) {
  LockedPool locked(pool);
  const World& world = locked->world();
  Reservation* reservation = locked->find(request.token);
  if (reservation == nullptr || reservation->protocol != socket.protocol) {
    return {locked->errorOfToken(socket.protocol, request.token), 0};
  }
  if (reservation->persistent) return {world.unknownToken, 0};
  if (reservation->owner != currentProcess()) return {world.foreignToken, 0};
  if (world.releaseThroughOther != 0 && reservation->anchor != socket.identity) return {world.releaseThroughOther, 0};
  if (world.releaseWhileBound != 0 && locked->isAnyBound(*reservation)) return {world.releaseWhileBound, 0};
  if (SimulatedSocket* anchor = sockets.remembered(reservation->anchor.handle)) std::erase(anchor->acquired, request.token);
  locked->release(*reservation);
  return {0, static_cast<uint32_t>(world.bytesReturned)};
}

}  // namespace

Outcome perform(SimulatedProcess& process, SimulatedSocket& socket, const ReservationRequest& request) {
  if (request.fault != 0) return {request.fault, 0};
  SharedPool* pool = process.pool();
  if (pool == nullptr) return {WSAENOBUFS, 0};
  switch (request.call) {
    case WINSOCK_SIMULATOR_ACQUIRE: return acquire(*pool, socket, request);
    case WINSOCK_SIMULATOR_ASSOCIATE: return associate(*pool, process.elevated, socket, request);
    default: return release(*pool, process.sockets, socket, request);
  }
}

Outcome execute(SimulatedProcess& process, const ReservationRequest& request) {
  SimulatedSocket* socket = process.sockets.find(request.socket.handle);
  if (socket == nullptr || socket->identity != request.socket) return {WSA_OPERATION_ABORTED, 0};
  return perform(process, *socket, request);
}

}  // namespace simulator
