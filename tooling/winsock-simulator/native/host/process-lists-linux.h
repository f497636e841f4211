#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "abi/winsock-abi.h"

namespace simulator {

// Handles to lists of processes: those of OpenProcess and OpenProcessToken have one process, those of CreateToolhelp32Snapshot all.
// CloseHandle closes them.
class ProcessLists {
 public:
  static ProcessLists& all();

  HANDLE open(std::vector<uint32_t> pids);
  // Return 0 if the handle is not of a list, or the list is empty.
  uint32_t last(const void* handle);
  uint32_t takeLast(const void* handle);

 private:
  std::mutex mutex_;
  std::map<const void*, std::vector<uint32_t>> lists_;
};

}  // namespace simulator
