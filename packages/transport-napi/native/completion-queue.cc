#include "completion-queue.h"

#include "overlapped-call.h"

namespace winport {

// Calls Node with the lock held, so that Node is not called after close() has returned: the threadsafe function ends with the
// environment.
void CompletionQueue::push(OverlappedCall& call) {
  const std::lock_guard lock(mutex_);
  call.next = nullptr;
  call.queued = true;
  (last_ == nullptr ? first_ : last_->next) = &call;
  last_ = &call;
  ++size_;
  if (closed_) {
    pushed_.notify_one();
  } else if (size_ == 1) {
    napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
  }
}

OverlappedCall* CompletionQueue::takeAll() {
  const std::lock_guard lock(mutex_);
  OverlappedCall* taken = first_;
  first_ = last_ = nullptr;
  size_ = 0;
  return taken;
}

void CompletionQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

bool CompletionQueue::waitFor(size_t count, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return pushed_.wait_for(lock, timeout, [&] { return size_ >= count; });
}

}  // namespace winport
