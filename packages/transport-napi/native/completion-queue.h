#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include <node_api.h>

namespace winport {

class OverlappedCall;

// Where the system's threads leave the calls that are complete, for the environment's thread to fetch.
class CompletionQueue {
 public:
  // Node must be woken with `wake`, until close().
  explicit CompletionQueue(napi_threadsafe_function wake) : wake_(wake) {}
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;

  // On any thread.
  void push(OverlappedCall& call);

  // The calls pushed since the last time, in order, as a list; null if there are none.
  OverlappedCall* takeAll();

  // Node is not woken any more.
  void close();

  // Waits until `count` calls have been pushed since close(), those still in the queue included. False when the time is over.
  bool waitFor(size_t count, std::chrono::milliseconds timeout);

 private:
  std::mutex mutex_;
  std::condition_variable pushed_;
  OverlappedCall* first_ = nullptr;
  OverlappedCall* last_ = nullptr;
  size_t size_ = 0;
  bool closed_ = false;
  napi_threadsafe_function wake_;
};

}  // namespace winport
