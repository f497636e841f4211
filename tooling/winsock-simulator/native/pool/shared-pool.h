#pragma once

#include <memory>
#include <string>

#include "pool/pool-memory.h"
#include "pool/port-pool.h"

namespace simulator {

// A named pool mapped into this process.
class SharedPool {
 public:
  // Null when the system refuses.
  static std::unique_ptr<SharedPool> open(const std::string& name);
  // A Win32 error, 0 for success.
  static int destroy(const std::string& name);

  virtual ~SharedPool() = default;
  virtual PoolMemory& memory() = 0;

 protected:
  friend class LockedPool;
  enum class Lock { kTaken, kTakenFromTheDead };
  virtual Lock lock() = 0;
  virtual void unlock() = 0;
};

// The pool, for as long as this process has it to itself.
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
