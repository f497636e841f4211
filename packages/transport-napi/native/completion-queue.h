#pragma once

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

  // May be called on any thread. Does nothing after close().
  void push(OverlappedCall& call);

  // The calls pushed since the last takeAll(), in order, as a linked list. Null if there are none.
  OverlappedCall* takeAll();

  // After this returns, the queue neither wakes Node nor refers to a call.
  void close();

 private:
  std::mutex mutex_;
  OverlappedCall* first_ = nullptr;
  OverlappedCall* last_ = nullptr;
  bool closed_ = false;
  napi_threadsafe_function wake_;
};

}  // namespace winport
