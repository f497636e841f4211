#pragma once

#include <memory>
#include <string>

#include "pool/pool-memory.h"
#include "pool/port-pool.h"

namespace simulator {

// A named pool mapped into this process.
class SharedPool {
 public:
  // Returns null if the system refuses, or if the pool is new and WINSOCK_SIMULATOR_WORLD is malformed.
  static std::unique_ptr<SharedPool> open(const std::string& name);
  // Returns a Win32 error, 0 for success.
  static int destroy(const std::string& name);

  virtual ~SharedPool() = default;
  virtual PoolMemory& memory() = 0;

 protected:
  friend class LockedPool;
  enum class Lock { kTaken, kTakenFromTheDead };
  virtual Lock lock() = 0;
  virtual void unlock() = 0;
};

// Holds the lock of a pool.
class LockedPool {
 public:
  explicit LockedPool(SharedPool& shared) : shared_(shared), pool_(shared.memory()) {
    if (shared_.lock() == SharedPool::Lock::kTakenFromTheDead) pool_.repair();
  }
  ~LockedPool() { shared_.unlock(); }
  LockedPool(const LockedPool&) = delete;
  LockedPool& operator=(const LockedPool&) = delete;

  PortPool* operator->() { return &pool_; }

 private:
  SharedPool& shared_;
  PortPool pool_;
};

}  // namespace simulator
