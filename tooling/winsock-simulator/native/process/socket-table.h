#pragma once

#include <cstdint>
#include <iterator>
#include <unordered_map>
#include <vector>

#include "pool/pool-memory.h"

namespace simulator {

struct SimulatedSocket {
  SocketIdentity identity{};
  Protocol protocol = Protocol::kOther;
  uint16_t family = 0;
  bool overlapped = true;
  bool foreign = false;  // opened by somebody else, Node for example
  bool gone = false;     // closed behind our back with the number in use again, or from before a reboot
  bool shareable = false;
  bool exclusive = false;
  bool bound = false;
  uint16_t boundPort = 0;
  uint64_t association = 0;        // the token
  std::vector<uint64_t> acquired;  // tokens of the reservations that end with this socket
};

// This process' sockets by handle. Node closes an adopted socket without telling us, and its number may come back as anything:
// a socket is itself only as long as its identity says so.
class SocketTable {
 public:
  // The socket of that number as it is now; null when it is none (any more). Takes in foreign ones.
  SimulatedSocket* find(uint64_t handle);

  // The entry as it is, without a look at the handle.
  SimulatedSocket* remembered(uint64_t handle);

  SimulatedSocket& add(uint64_t handle, bool overlapped);
  void remove(uint64_t handle) { sockets_.erase(handle); }

  template <typename Visit>
  void forEach(Visit visit) {
    for (auto& [handle, socket] : sockets_) visit(socket);
  }
  template <typename Predicate>
  void removeIf(Predicate predicate) {
    for (auto at = sockets_.begin(); at != sockets_.end();) at = predicate(at->second) ? sockets_.erase(at) : std::next(at);
  }

 private:
  std::unordered_map<uint64_t, SimulatedSocket> sockets_;
};

}  // namespace simulator
