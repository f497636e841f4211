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

// All that this process knows. Its mutex guards everything in it; the pool has a lock of its own, taken after it.
class SimulatedProcess {
 public:
  static SimulatedProcess& current();

  std::mutex mutex;
  unsigned startups = 0;
  unsigned providerStartups = 0;
  WSPUPCALLTABLE upcalls{};  // of the last WSPStartup, for all of the process: so it is documented
  bool elevated = false;
  CallScript script;
  SocketTable sockets;
  PendingCalls pending;

  // Null when the system gives no shared memory.
  SharedPool* pool();
  const std::string& poolName() const { return poolName_; }
  void leavePool();
  void usePool(std::string name);

  // Ends what ends with a socket: its reservations, its hold on its port. Not the handle.
  void letGo(SimulatedSocket& socket);
  // Lets go of what was closed behind our back.
  void sweep();

 private:
  SimulatedProcess();

  std::string poolName_;
  std::unique_ptr<SharedPool> pool_;
};

bool isPoolName(const std::string& name);

}  // namespace simulator
