#include "process/pending-calls.h"

#include "abi/winsock-errors.h"
#include "host/background-thread.h"
#include "host/event-signal.h"
#include "process/overlapped-status.h"

namespace simulator {

void PendingCalls::start(const ReservationRequest& request, WSAOVERLAPPED* overlapped, uint32_t milliseconds) {
  Call call;
  call.request = request;
  call.overlapped = overlapped;
  call.event = eventOf(overlapped);
  enqueue(call, milliseconds);
}

Outcome PendingCalls::runBlocking(Lock& lock, const ReservationRequest& request, uint32_t milliseconds) {
  Outcome outcome{};
  Call call;
  call.request = request;
  call.outcome = &outcome;
  block(lock, call, milliseconds);
  return outcome;
}

int PendingCalls::delay(Lock& lock, uint64_t handle, uint32_t milliseconds) {
  Outcome outcome{};
  Call call;
  call.request.socket.handle = handle;
  call.executes = false;
  call.outcome = &outcome;
  block(lock, call, milliseconds);
  return outcome.error;
}

void PendingCalls::block(Lock& lock, Call call, uint32_t milliseconds) {
  bool done = false;
  call.done = &done;
  enqueue(call, milliseconds);
  completed_.wait(lock, [&] { return done; });
}

void PendingCalls::enqueue(Call call, uint32_t milliseconds) {
  startThread();
  const Key key{milliseconds == WINSOCK_SIMULATOR_UNTIL_RELEASED ? Clock::time_point::max()
                                                                 : Clock::now() + std::chrono::milliseconds(milliseconds),
                ++arrivals_};
  if (call.overlapped != nullptr) overlapped_[call.overlapped] = key;
  const auto at = calls_.emplace(key, call).first;
  if (at == calls_.begin()) changed_.notify_one();
}

uint32_t PendingCalls::cancel(uint64_t handle, const WSAOVERLAPPED* overlapped) {
  if (overlapped != nullptr) {
    const auto found = overlapped_.find(overlapped);
    if (found == overlapped_.end()) return 0;
    const auto at = calls_.find(found->second);
    if (at->second.request.socket.handle != handle) return 0;
    abort(at);
    return 1;
  }
  return abortIf([&](const Call& call) { return call.request.socket.handle == handle; });
}

uint32_t PendingCalls::cancelAll() {
  return abortIf([](const Call&) { return true; });
}

uint32_t PendingCalls::interruptBlocked() {
  return abortIf([](const Call& call) { return call.overlapped == nullptr; });
}

uint32_t PendingCalls::release(uint32_t count) {
  uint32_t released = 0;
  for (auto at = calls_.lower_bound({Clock::time_point::max(), 0}); at != calls_.end() && released < count; ++released) {
    at = complete(at);
  }
  return released;
}

void PendingCalls::waitFor(Lock& lock, const WSAOVERLAPPED* overlapped) {
  completed_.wait(lock, [&] { return !isPending(overlapped); });
}

PendingCalls::Calls::iterator PendingCalls::complete(Calls::iterator at) {
  return finish(at, at->second.executes ? execute_(at->second.request) : Outcome{});
}

PendingCalls::Calls::iterator PendingCalls::abort(Calls::iterator at) {
  return finish(at, {at->second.overlapped == nullptr ? WSAEINTR : WSA_OPERATION_ABORTED, 0});
}

PendingCalls::Calls::iterator PendingCalls::finish(Calls::iterator at, Outcome outcome) {
  const Call call = at->second;
  const auto next = calls_.erase(at);
  if (call.overlapped != nullptr) {
    overlapped_.erase(call.overlapped);
    markComplete(call.overlapped, outcome.error, outcome.bytes);
    signalEvent(call.event);
  } else {
    *call.outcome = outcome;
    *call.done = true;
  }
  completed_.notify_all();
  return next;
}

template <typename Predicate>
uint32_t PendingCalls::abortIf(Predicate predicate) {
  uint32_t aborted = 0;
  for (auto at = calls_.begin(); at != calls_.end();) {
    if (predicate(at->second)) {
      at = abort(at);
      ++aborted;
    } else {
      ++at;
    }
  }
  return aborted;
}

void PendingCalls::startThread() {
  if (threadStarted_) return;
  startBackgroundThread([this] { run(); });
  threadStarted_ = true;
}

void PendingCalls::run() {
  Lock lock(mutex_);
  for (;;) {
    if (calls_.empty() || calls_.begin()->first.first == Clock::time_point::max()) {
      changed_.wait(lock);
    } else if (const auto due = calls_.begin()->first.first; due > Clock::now()) {
      changed_.wait_until(lock, due);
    } else {
      complete(calls_.begin());
    }
  }
}

}  // namespace simulator
