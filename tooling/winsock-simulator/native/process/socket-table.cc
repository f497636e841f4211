#include "process/socket-table.h"

namespace simulator {

SimulatedSocket* SocketTable::find(uint64_t handle) {
  const uint64_t inode = host::identify(handle);
  if (inode == 0) return nullptr;
  SimulatedSocket* socket = remembered(handle);
  if (socket == nullptr) {
    socket = &add({{handle, inode}, host::describe(handle)}, true);
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

SimulatedSocket& SocketTable::add(const host::OpenedSocket& opened, bool overlapped) {
  SimulatedSocket& socket = sockets_[opened.identity.handle];
  socket = {};
  socket.identity = opened.identity;
  socket.protocol = opened.traits.protocol;
  socket.family = opened.traits.family;
  socket.overlapped = overlapped;
  return socket;
}

}  // namespace simulator
