#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "abi/winsock-spi-abi.h"
#include "pool/shared-pool.h"
#include "process/call-script.h"
#include "process/pending-calls.h"
#include "process/socket-table.h"

namespace simulator {

// The state of this process. `mutex` guards all of it. The pool has its own lock, which is taken after `mutex`.
class SimulatedProcess {
 public:
  static SimulatedProcess& current();

  std::mutex mutex;
  unsigned startups = 0;
  unsigned providerStartups = 0;
  WSPUPCALLTABLE upcalls{};  // of the last WSPStartup, for the whole process, as documented
  bool elevated = false;
  CallScript script;
  SocketTable sockets;
  PendingCalls pending;

  // Null if the system refuses the shared memory, or if WINSOCK_SIMULATOR_WORLD is malformed.
  SharedPool* pool();
  const std::string& poolName() const { return poolName_; }
  int32_t overlappedCall();  // how an overlapped control call ends in the pool's world
  void leavePool();
  void usePool(std::string name);

  // Ends the reservations of the socket and frees its port. Leaves the handle open.
  void letGo(SimulatedSocket& socket);
  // Applies letGo to sockets that were closed without a call to the simulator.
  void sweep();

 private:
  SimulatedProcess();

  std::string poolName_;
  std::unique_ptr<SharedPool> pool_;
};

bool isPoolName(const std::string& name);

}  // namespace simulator
