#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <vector>

#include "host/host-sockets.h"

namespace simulator {

struct SimulatedSocket {
  SocketIdentity identity{};
  Protocol protocol = Protocol::kOther;
  uint16_t family = 0;
  bool overlapped = true;
  bool foreign = false;  // not opened through the simulator, for example by Node
  bool gone = false;     // closed without a call to the simulator and its number reused, or lost in a reboot
  bool shareable = false;
  bool exclusive = false;
  std::optional<bool> pendingV6Only;  // IPV6_V6ONLY, until the socket of the system has it
  bool bound = false;
  uint16_t boundPort = 0;
  std::optional<SocketAddress> fixedAddress;  // what getsockname answers, if nothing but bind chose it
  uint64_t association = 0;        // a token, 0 for none
  std::vector<uint64_t> acquired;  // tokens of the reservations that end with this socket
  bool hasAcquired = false;        // whether a reservation was ever acquired on it
};

// The sockets of this process by handle. Node closes an adopted socket without a call to the simulator, and the system reuses its
// number, so an entry is valid only while its identity matches.
class SocketTable {
 public:
  // Returns the socket that has this handle now, or null. Adds an entry for a foreign socket.
  SimulatedSocket* find(uint64_t handle);

  // Returns the entry without a check of the handle.
  SimulatedSocket* remembered(uint64_t handle);

  SimulatedSocket& add(const host::OpenedSocket& opened, bool overlapped);
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
