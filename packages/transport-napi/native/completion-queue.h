#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include <node_api.h>

namespace winport {

class OverlappedCall;

// Passes completed calls from the system's threads to the environment's thread.
class CompletionQueue {
 public:
  // `wake` must stay valid until close().
  explicit CompletionQueue(napi_threadsafe_function wake) : wake_(wake) {}
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;

  // May be called on any thread.
  void push(OverlappedCall& call);

  // The calls pushed since the last takeAll(), in order, as a linked list. Null if there are none.
  OverlappedCall* takeAll();

  // After this returns, the queue does not wake Node.
  void close();

  // Waits until the queue holds `count` calls. Returns false on timeout.
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
