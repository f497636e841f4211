#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "abi/winsock-abi.h"
#include "process/reservation-request.h"

namespace simulator {

// Calls that take time. One thread executes each call when it is due; the first call starts the thread. The caller holds the mutex
// of the process.
class PendingCalls {
 public:
  using Lock = std::unique_lock<std::mutex>;

  PendingCalls(std::mutex& mutex, std::function<Outcome(const ReservationRequest&)> execute)
      : mutex_(mutex), execute_(std::move(execute)) {}

  // Starts an overlapped call and returns at once.
  void start(const ReservationRequest& request, WSAOVERLAPPED* overlapped, uint32_t milliseconds);
  // Makes a blocking call; releases the lock while it waits. The outcome is WSAEINTR if the call was cancelled.
  Outcome runBlocking(Lock& lock, const ReservationRequest& request, uint32_t milliseconds);
  // Waits before a blocking call that the caller then executes. Returns 0, or WSAEINTR if it was cancelled.
  int delay(Lock& lock, uint64_t handle, uint32_t milliseconds);

  // These return how many calls they ended. With a null `overlapped`, cancels all calls of the handle.
  uint32_t cancel(uint64_t handle, const WSAOVERLAPPED* overlapped);
  uint32_t cancelAll();
  uint32_t interruptBlocked();
  uint32_t release(uint32_t count);
  uint32_t count() const { return static_cast<uint32_t>(calls_.size()); }
  bool isPending(const WSAOVERLAPPED* overlapped) const { return overlapped_.contains(overlapped); }
  void waitFor(Lock& lock, const WSAOVERLAPPED* overlapped);

 private:
  using Clock = std::chrono::steady_clock;
  struct Call {
    ReservationRequest request{};
    bool executes = true;
    WSAOVERLAPPED* overlapped = nullptr;  // null for a blocking call
    HANDLE event = nullptr;
    Outcome* outcome = nullptr;  // on the blocked thread's stack
    bool* done = nullptr;
  };
  using Key = std::pair<Clock::time_point, uint64_t>;  // when it is due (never, if it waits until released), and its number
  using Calls = std::map<Key, Call>;

  void enqueue(Call call, uint32_t milliseconds);
  void block(Lock& lock, Call call, uint32_t milliseconds);
  Calls::iterator complete(Calls::iterator at);
  Calls::iterator abort(Calls::iterator at);
  Calls::iterator finish(Calls::iterator at, Outcome outcome);
  template <typename Predicate>
  uint32_t abortIf(Predicate predicate);
  void startThread();
  void run();

  std::mutex& mutex_;
  std::function<Outcome(const ReservationRequest&)> execute_;
  Calls calls_;
  std::map<const WSAOVERLAPPED*, Key> overlapped_;
  uint64_t arrivals_ = 0;
  bool threadStarted_ = false;
  std::condition_variable changed_;    // the thread waits for it
  std::condition_variable completed_;  // blocked callers wait for it
};

}  // namespace simulator
