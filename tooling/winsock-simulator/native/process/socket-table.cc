#include "process/socket-table.h"

#include "host/host-sockets.h"

namespace simulator {

SimulatedSocket* SocketTable::find(uint64_t handle) {
  const uint64_t inode = host::identify(handle);
  if (inode == 0) return nullptr;
  SimulatedSocket* socket = remembered(handle);
  if (socket == nullptr) {
    socket = &add(handle, true);
    socket->foreign = true;
    SocketAddress address;
    socket->bound = host::localAddress(handle, address) == 0;
    return socket;
  }
  if (socket->identity.inode != inode) socket->gone = true;
  return socket->gone ? nullptr : socket;
}

SimulatedSocket* SocketTable::remembered(uint64_t handle) {
  const auto found = sockets_.find(handle);
  return found == sockets_.end() ? nullptr : &found->second;
}

SimulatedSocket& SocketTable::add(uint64_t handle, bool overlapped) {
  const host::Traits traits = host::describe(handle);
  SimulatedSocket& socket = sockets_[handle];
  socket = {};
  socket.identity = {handle, host::identify(handle)};
  socket.protocol = traits.protocol;
  socket.family = traits.family;
  socket.overlapped = overlapped;
  return socket;
}

}  // namespace simulator
