#include "pool/shared-pool.h"

#include <windows.h>

#include "host/windows-handle.h"

namespace simulator {
namespace {

// A file instead of the paging file, so that persistent reservations outlive the last process that maps it.
std::string pathOf(const std::string& pool) {
  char folder[MAX_PATH + 1];
  const DWORD length = GetTempPathA(sizeof folder, folder);
  return std::string(folder, length) + "winsock-simulator-" + std::to_string(kPoolLayout & 0xFFFFFF) + "-" + pool + ".pool";
}

class WindowsSharedPool final : public SharedPool {
 public:
  WindowsSharedPool(HANDLE mutex, HANDLE mapping, void* view)
      : mutex_(mutex), mapping_(mapping), memory_(*static_cast<PoolMemory*>(view)) {}
  ~WindowsSharedPool() override { UnmapViewOfFile(&memory_); }

  PoolMemory& memory() override { return memory_; }
  Lock lock() override {
    return WaitForSingleObject(mutex_.get(), INFINITE) == WAIT_ABANDONED ? Lock::kTakenFromTheDead : Lock::kTaken;
  }
  void unlock() override { ReleaseMutex(mutex_.get()); }

 private:
  WindowsHandle mutex_;
  WindowsHandle mapping_;
  PoolMemory& memory_;
};

}  // namespace

std::unique_ptr<SharedPool> SharedPool::open(const std::string& name) {
  const WindowsHandle file(CreateFileA(pathOf(name).c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                       nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) return nullptr;
  WindowsHandle mutex(CreateMutexA(nullptr, FALSE, ("Local\\winsock-simulator-" + name).c_str()));
  if (!mutex) return nullptr;
  WindowsHandle mapping(CreateFileMappingA(file.get(), nullptr, PAGE_READWRITE, 0, sizeof(PoolMemory), nullptr));
  if (!mapping) return nullptr;
  void* view = MapViewOfFile(mapping.get(), FILE_MAP_ALL_ACCESS, 0, 0, sizeof(PoolMemory));
  if (view == nullptr) return nullptr;
  auto pool = std::make_unique<WindowsSharedPool>(mutex.release(), mapping.release(), view);
  const Lock lock = pool->lock();
  if (pool->memory().layout != kPoolLayout) {
    if (!readWorldFromEnvironment(pool->memory().world)) {
      pool->unlock();
      return nullptr;
    }
    PortPool(pool->memory()).reset();
    pool->memory().layout = kPoolLayout;
  } else if (lock == Lock::kTakenFromTheDead) {
    PortPool(pool->memory()).repair();
  }
  pool->unlock();
  return pool;
}

int SharedPool::destroy(const std::string& name) {
  if (DeleteFileA(pathOf(name).c_str())) return 0;
  const DWORD error = GetLastError();
  return error == ERROR_ACCESS_DENIED || error == ERROR_USER_MAPPED_FILE ? ERROR_SHARING_VIOLATION : static_cast<int>(error);
}

}  // namespace simulator
