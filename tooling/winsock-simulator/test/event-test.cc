#include <atomic>
#include <thread>

#include "test-socket.h"

namespace {

struct Event {
  explicit Event(bool manualReset) : handle(winsock.CreateEventW(nullptr, manualReset, FALSE, nullptr)) {}
  ~Event() { winsock.CloseHandle(handle); }
  bool isSignalled() { return winsock.WaitForSingleObject(handle, 0) == WAIT_OBJECT_0; }
  HANDLE handle;
};

struct Seen {
  std::atomic<int> signalled{0}, timedOut{0};
};

void CALLBACK record(void* context, BOOLEAN timedOut) {
  auto* seen = static_cast<Seen*>(context);
  ++(timedOut ? seen->timedOut : seen->signalled);
}

struct Slow {
  std::atomic<int> entered{0}, left{0};
};

void CALLBACK recordSlowly(void* context, BOOLEAN) {
  auto* seen = static_cast<Slow*>(context);
  ++seen->entered;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ++seen->left;
}

void waitUntil(const std::atomic<int>& number, int expected) {
  for (int turn = 0; turn < 5000 && number != expected; ++turn) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT(number.load(), expected);
}

}  // namespace

TEST("a manual-reset event stays signalled, an auto-reset event ends one wait") {
  Event manual(true), automatic(false);
  EXPECT_TRUE(!manual.isSignalled());
  winsock.SetEvent(manual.handle);
  winsock.SetEvent(automatic.handle);
  EXPECT_TRUE(manual.isSignalled() && manual.isSignalled());
  EXPECT_TRUE(automatic.isSignalled() && !automatic.isSignalled());
  winsock.ResetEvent(manual.handle);
  EXPECT(winsock.WaitForSingleObject(manual.handle, 10), WAIT_TIMEOUT);
}

TEST("a closed event is an invalid handle") {
  const WSAEVENT event = winsock.WSACreateEvent();
  EXPECT_TRUE(winsock.WSASetEvent(event));
  EXPECT_TRUE(winsock.WSAResetEvent(event));
  EXPECT_TRUE(winsock.WSACloseEvent(event));
  EXPECT_TRUE(!winsock.WSASetEvent(event));
}

TEST("WSAWaitForMultipleEvents waits for any event and for all") {
  const WSAEVENT events[] = {winsock.WSACreateEvent(), winsock.WSACreateEvent()};
  winsock.WSASetEvent(events[1]);
  EXPECT(winsock.WSAWaitForMultipleEvents(2, events, FALSE, 1000, FALSE), WAIT_OBJECT_0 + 1);
  EXPECT(winsock.WSAWaitForMultipleEvents(2, events, TRUE, 10, FALSE), WAIT_TIMEOUT);
  std::thread setter([&] { winsock.WSASetEvent(events[0]); });
  EXPECT(winsock.WSAWaitForMultipleEvents(2, events, TRUE, 10000, FALSE), WAIT_OBJECT_0);
  setter.join();
  for (const WSAEVENT event : events) winsock.WSACloseEvent(event);
}

TEST("a registered wait calls back once, on another thread") {
  Event event(true);
  Seen seen;
  HANDLE wait;
  EXPECT_TRUE(winsock.RegisterWaitForSingleObject(&wait, event.handle, record, &seen, INFINITE, WT_EXECUTEONLYONCE));
  winsock.SetEvent(event.handle);
  waitUntil(seen.signalled, 1);
  EXPECT_TRUE(winsock.UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
  EXPECT(seen.signalled.load(), 1);
}

TEST("a registered wait sees an earlier signal, and reports a timeout") {
  Event early(true), never(true);
  winsock.SetEvent(early.handle);
  Seen seen;
  HANDLE first, second;
  EXPECT_TRUE(winsock.RegisterWaitForSingleObject(&first, early.handle, record, &seen, INFINITE, WT_EXECUTEONLYONCE));
  EXPECT_TRUE(winsock.RegisterWaitForSingleObject(&second, never.handle, record, &seen, 20, WT_EXECUTEONLYONCE));
  waitUntil(seen.signalled, 1);
  waitUntil(seen.timedOut, 1);
  EXPECT_TRUE(winsock.UnregisterWaitEx(first, INVALID_HANDLE_VALUE));
  EXPECT_TRUE(winsock.UnregisterWaitEx(second, INVALID_HANDLE_VALUE));
}

TEST("a registered wait on an auto-reset event calls back each time until it is unregistered") {
  Event event(false);
  Seen seen;
  HANDLE wait;
  EXPECT_TRUE(winsock.RegisterWaitForSingleObject(&wait, event.handle, record, &seen, INFINITE, 0));
  for (int turn = 1; turn <= 3; ++turn) {
    winsock.SetEvent(event.handle);
    waitUntil(seen.signalled, turn);
  }
  EXPECT_TRUE(winsock.UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
  winsock.SetEvent(event.handle);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT(seen.signalled.load(), 3);
}

TEST("UnregisterWaitEx waits for a running callback") {
  Event event(true);
  Slow slow;
  HANDLE wait;
  EXPECT_TRUE(winsock.RegisterWaitForSingleObject(&wait, event.handle, recordSlowly, &slow, INFINITE, WT_EXECUTEONLYONCE));
  winsock.SetEvent(event.handle);
  waitUntil(slow.entered, 1);
  EXPECT_TRUE(winsock.UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
  EXPECT(slow.left.load(), 1);
}
