#include "pool/shared-pool.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>

#include "abi/winsock-errors.h"
#include "host/file-descriptor-linux.h"

namespace simulator {
namespace {

static_assert(sizeof(pthread_mutex_t) <= sizeof(PoolMemory::lock));

std::string objectName(const std::string& pool) {
  return "/winsock-simulator-" + std::to_string(geteuid()) + "-" + std::to_string(kPoolLayout & 0xFFFFFF) + "-" + pool;
}

// Lets only one process initialise a pool. The mapping keeps the file open, so closing the descriptor would not unlock it.
class FileLock {
 public:
  explicit FileLock(int descriptor) : descriptor_(descriptor), held_(flock(descriptor, LOCK_EX) == 0) {}
  ~FileLock() {
    if (held_) flock(descriptor_, LOCK_UN);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  explicit operator bool() const { return held_; }

 private:
  int descriptor_;
  bool held_;
};

bool initialise(PoolMemory& memory) {
  pthread_mutexattr_t attributes;
  if (pthread_mutexattr_init(&attributes) != 0) return false;
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  const bool made = pthread_mutex_init(reinterpret_cast<pthread_mutex_t*>(memory.lock), &attributes) == 0;
  pthread_mutexattr_destroy(&attributes);
  if (!made) return false;
  if (!readWorldFromEnvironment(memory.world)) return false;
  PortPool(memory).reset();
  memory.layout = kPoolLayout;
  return true;
}

class LinuxSharedPool final : public SharedPool {
 public:
  explicit LinuxSharedPool(PoolMemory& memory) : memory_(memory) {}
  ~LinuxSharedPool() override { munmap(&memory_, sizeof memory_); }

  PoolMemory& memory() override { return memory_; }

 private:
  Lock lock() override {
    if (pthread_mutex_lock(mutex()) != EOWNERDEAD) return Lock::kTaken;
    pthread_mutex_consistent(mutex());
    return Lock::kTakenFromTheDead;
  }
  void unlock() override { pthread_mutex_unlock(mutex()); }
  pthread_mutex_t* mutex() { return reinterpret_cast<pthread_mutex_t*>(memory_.lock); }

  PoolMemory& memory_;
};

}  // namespace

std::unique_ptr<SharedPool> SharedPool::open(const std::string& name) {
  const FileDescriptor object(shm_open(objectName(name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!object) return nullptr;
  const FileLock lock(object.get());
  if (!lock || ftruncate(object.get(), sizeof(PoolMemory)) != 0) return nullptr;
  void* address = mmap(nullptr, sizeof(PoolMemory), PROT_READ | PROT_WRITE, MAP_SHARED, object.get(), 0);
  if (address == MAP_FAILED) return nullptr;
  auto pool = std::make_unique<LinuxSharedPool>(*static_cast<PoolMemory*>(address));
  if (pool->memory().layout != kPoolLayout && !initialise(pool->memory())) return nullptr;
  return pool;
}

int SharedPool::destroy(const std::string& name) {
  if (shm_unlink(objectName(name).c_str()) == 0) return 0;
  return errno == ENOENT ? ERROR_FILE_NOT_FOUND : ERROR_ACCESS_DENIED;
}

}  // namespace simulator
