#include "host/process-lists-linux.h"

#include "host/events-linux.h"

namespace simulator {

ProcessLists& ProcessLists::all() {
  static ProcessLists lists;
  return lists;
}

HANDLE ProcessLists::open(std::vector<uint32_t> pids) {
  const HANDLE handle = Events::all().create(true, false);  // so that CloseHandle closes it
  const std::lock_guard lock(mutex_);
  lists_[handle] = std::move(pids);
  return handle;
}

uint32_t ProcessLists::last(const void* handle) {
  const std::lock_guard lock(mutex_);
  const auto found = lists_.find(handle);
  return found == lists_.end() || found->second.empty() ? 0 : found->second.back();
}

uint32_t ProcessLists::takeLast(const void* handle) {
  const std::lock_guard lock(mutex_);
  const auto found = lists_.find(handle);
  if (found == lists_.end() || found->second.empty()) return 0;
  const uint32_t pid = found->second.back();
  found->second.pop_back();
  return pid;
}

}  // namespace simulator
