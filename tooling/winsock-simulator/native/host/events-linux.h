#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "abi/winsock-abi.h"

namespace simulator {

// Events of Windows and the waits that are registered on them, on Linux. One thread makes all callbacks; the first registered wait
// starts it.
class Events {
 public:
  static Events& all();

  HANDLE create(bool manualReset, bool signalled);
  // Return false if the handle is not an event.
  bool close(HANDLE event);
  bool set(HANDLE event);
  bool reset(HANDLE event);

  // Returns WAIT_OBJECT_0 + index, WAIT_TIMEOUT, or WAIT_FAILED if a handle is not an event.
  DWORD wait(const HANDLE* events, DWORD count, bool waitForAll, DWORD milliseconds);

  HANDLE registerWait(HANDLE event, WAITORTIMERCALLBACK callback, void* context, DWORD milliseconds, bool once);
  enum class Unregistered { kDone, kCallbackRunning, kNoSuchWait };
  // `completion` is null, an event to set once no callback runs, or INVALID_HANDLE_VALUE to wait until no callback runs.
  Unregistered unregister(HANDLE wait, HANDLE completion);

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;

  struct Wait;
  struct Event {
    bool manualReset;
    bool signalled;
    std::vector<std::shared_ptr<Wait>> waits;
  };
  struct Wait {
    HANDLE handle;
    std::shared_ptr<Event> event;
    WAITORTIMERCALLBACK callback;
    void* context;
    DWORD milliseconds;
    bool once;
    bool armed = true;
    bool running = false;
    bool unregistered = false;
    HANDLE completion = nullptr;
    Clock::time_point deadline;
  };
  struct Ready {
    std::shared_ptr<Wait> wait;
    bool timedOut;
  };

  std::shared_ptr<Event> find(HANDLE event);
  HANDLE nextHandle();
  bool setLocked(HANDLE event);
  void offerSignal(Event& event);
  void arm(const std::shared_ptr<Wait>& wait);
  void disarm(const std::shared_ptr<Wait>& wait);
  void fire(const std::shared_ptr<Wait>& wait, bool timedOut);
  void run();
  void call(Lock& lock, Ready ready);

  std::mutex mutex_;
  std::condition_variable signalled_;  // threads in wait()
  std::condition_variable ready_;      // the callback thread
  std::condition_variable returned_;   // threads in unregister()
  uintptr_t lastHandle_ = uintptr_t{1} << 32;  // above all file descriptors
  std::unordered_map<HANDLE, std::shared_ptr<Event>> events_;
  std::unordered_map<HANDLE, std::shared_ptr<Wait>> waits_;
  std::multimap<Clock::time_point, std::shared_ptr<Wait>> deadlines_;
  std::deque<Ready> readyWaits_;
  bool threadStarted_ = false;
};

}  // namespace simulator
