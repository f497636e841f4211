#include "host/events-linux.h"

#include <algorithm>
#include <thread>

#include "host/background-thread.h"
#include "host/event-signal.h"

namespace simulator {
namespace {

thread_local bool onCallbackThread = false;

}  // namespace

Events& Events::all() {
  static auto* events = new Events;  // never destroyed, because its thread may outlive main
  return *events;
}

HANDLE Events::nextHandle() { return reinterpret_cast<HANDLE>(lastHandle_ += 4); }

std::shared_ptr<Events::Event> Events::find(HANDLE event) {
  const auto found = events_.find(event);
  return found == events_.end() ? nullptr : found->second;
}

HANDLE Events::create(bool manualReset, bool signalled) {
  const Lock lock(mutex_);
  const HANDLE handle = nextHandle();
  events_.emplace(handle, std::make_shared<Event>(Event{manualReset, signalled, {}}));
  return handle;
}

bool Events::close(HANDLE event) {
  const Lock lock(mutex_);
  return events_.erase(event) != 0;
}

bool Events::set(HANDLE event) {
  const Lock lock(mutex_);
  return setLocked(event);
}

bool Events::setLocked(HANDLE handle) {
  const std::shared_ptr<Event> event = find(handle);
  if (event == nullptr) return false;
  event->signalled = true;
  offerSignal(*event);
  if (event->signalled) signalled_.notify_all();
  return true;
}

bool Events::reset(HANDLE handle) {
  const Lock lock(mutex_);
  const std::shared_ptr<Event> event = find(handle);
  if (event == nullptr) return false;
  event->signalled = false;
  return true;
}

DWORD Events::wait(const HANDLE* handles, DWORD count, bool waitForAll, DWORD milliseconds) {
  Lock lock(mutex_);
  std::vector<std::shared_ptr<Event>> events;
  for (DWORD index = 0; index < count; ++index) {
    events.push_back(find(handles[index]));
    if (events.back() == nullptr) return WAIT_FAILED;
  }
  const auto isSignalled = [](const std::shared_ptr<Event>& event) { return event->signalled; };
  DWORD result = WAIT_TIMEOUT;
  const auto consume = [&] {
    const auto first = std::find_if(events.begin(), events.end(), isSignalled);
    if (waitForAll ? !std::all_of(events.begin(), events.end(), isSignalled) : first == events.end()) return false;
    for (auto event = waitForAll ? events.begin() : first; event != (waitForAll ? events.end() : first + 1); ++event) {
      if (!(*event)->manualReset) (*event)->signalled = false;
    }
    result = WAIT_OBJECT_0 + (waitForAll ? 0 : static_cast<DWORD>(first - events.begin()));
    return true;
  };
  if (milliseconds == INFINITE) {
    signalled_.wait(lock, consume);
  } else {
    signalled_.wait_for(lock, std::chrono::milliseconds(milliseconds), consume);
  }
  return result;
}

HANDLE Events::registerWait(HANDLE handle, WAITORTIMERCALLBACK callback, void* context, DWORD milliseconds, bool once) {
  const Lock lock(mutex_);
  const std::shared_ptr<Event> event = find(handle);
  if (event == nullptr) return nullptr;
  if (!threadStarted_) {
    startBackgroundThread([this] { run(); });
    threadStarted_ = true;
  }
  auto wait = std::make_shared<Wait>();
  wait->handle = nextHandle();
  wait->event = event;
  wait->callback = callback;
  wait->context = context;
  wait->milliseconds = milliseconds;
  wait->once = once;
  waits_.emplace(wait->handle, wait);
  arm(wait);
  return wait->handle;
}

void Events::arm(const std::shared_ptr<Wait>& wait) {
  wait->armed = true;
  wait->event->waits.push_back(wait);
  if (wait->milliseconds != INFINITE) {
    wait->deadline = Clock::now() + std::chrono::milliseconds(wait->milliseconds);
    const auto at = deadlines_.emplace(wait->deadline, wait);
    if (at == deadlines_.begin()) ready_.notify_one();
  }
  offerSignal(*wait->event);
}

void Events::disarm(const std::shared_ptr<Wait>& wait) {
  wait->armed = false;
  std::erase(wait->event->waits, wait);
  const auto [first, last] = deadlines_.equal_range(wait->deadline);
  const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second == wait; });
  if (found != last) deadlines_.erase(found);
}

// An auto-reset event ends one wait, a manual-reset event all of them.
void Events::offerSignal(Event& event) {
  while (event.signalled && !event.waits.empty()) {
    if (!event.manualReset) event.signalled = false;
    fire(event.waits.front(), false);
  }
}

void Events::fire(const std::shared_ptr<Wait>& fired, bool timedOut) {
  const std::shared_ptr<Wait> wait = fired;
  disarm(wait);
  readyWaits_.push_back({wait, timedOut});
  ready_.notify_one();
}

Events::Unregistered Events::unregister(HANDLE handle, HANDLE completion) {
  Lock lock(mutex_);
  const auto found = waits_.find(handle);
  if (found == waits_.end()) return Unregistered::kNoSuchWait;
  const std::shared_ptr<Wait> wait = found->second;
  waits_.erase(found);
  wait->unregistered = true;
  if (wait->armed) disarm(wait);
  std::erase_if(readyWaits_, [&](const Ready& ready) { return ready.wait == wait; });
  if (completion == INVALID_HANDLE_VALUE) {
    if (!onCallbackThread) returned_.wait(lock, [&] { return !wait->running; });
    return Unregistered::kDone;
  }
  if (wait->running) {
    wait->completion = completion;
    return Unregistered::kCallbackRunning;
  }
  setLocked(completion);
  return Unregistered::kDone;
}

void Events::run() {
  onCallbackThread = true;
  Lock lock(mutex_);
  for (;;) {
    if (!readyWaits_.empty()) {
      const Ready ready = readyWaits_.front();
      readyWaits_.pop_front();
      call(lock, ready);
    } else if (deadlines_.empty()) {
      ready_.wait(lock);
    } else if (const auto deadline = deadlines_.begin()->first; deadline > Clock::now()) {
      ready_.wait_until(lock, deadline);
    } else {
      fire(deadlines_.begin()->second, true);
    }
  }
}

void Events::call(Lock& lock, Ready ready) {
  Wait& wait = *ready.wait;
  wait.running = true;
  lock.unlock();
  wait.callback(wait.context, ready.timedOut);
  lock.lock();
  wait.running = false;
  if (wait.unregistered) {
    setLocked(wait.completion);
    returned_.notify_all();
  } else if (!wait.once) {
    arm(ready.wait);
  }
}

void signalEvent(void* event) {
  if (event != nullptr) Events::all().set(event);
}

void clearEvent(void* event) {
  if (event != nullptr) Events::all().reset(event);
}

}  // namespace simulator
