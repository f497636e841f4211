#include "process/overlapped-status.h"

#include <atomic>

#include "abi/ntstatus.h"

namespace simulator {

void markPending(WSAOVERLAPPED* overlapped) {
  overlapped->InternalHigh = 0;
  std::atomic_ref(overlapped->Internal).store(kStatusPending, std::memory_order_release);
}

void markComplete(WSAOVERLAPPED* overlapped, int error, uint32_t bytes) {
  overlapped->InternalHigh = bytes;
  std::atomic_ref(overlapped->Internal).store(ntstatusOf(error), std::memory_order_release);
}

uint32_t statusOf(WSAOVERLAPPED* overlapped) {
  return static_cast<uint32_t>(std::atomic_ref(overlapped->Internal).load(std::memory_order_acquire));
}

HANDLE eventOf(const WSAOVERLAPPED* overlapped) {
  return reinterpret_cast<HANDLE>(reinterpret_cast<uintptr_t>(overlapped->hEvent) & ~uintptr_t{1});
}

}  // namespace simulator
