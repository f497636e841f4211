#include "completion-queue.h"

#include "overlapped-call.h"

namespace winport {

// Calls Node with the lock held, so that Node is not called after close() has returned: the threadsafe function ends with the
// environment.
void CompletionQueue::push(OverlappedCall& call) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  call.next = nullptr;
  (last_ == nullptr ? first_ : last_->next) = &call;
  last_ = &call;
  if (first_ == &call) napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
}

OverlappedCall* CompletionQueue::takeAll() {
  const std::lock_guard lock(mutex_);
  OverlappedCall* taken = first_;
  first_ = last_ = nullptr;
  return taken;
}

void CompletionQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  first_ = last_ = nullptr;
}

}  // namespace winport
