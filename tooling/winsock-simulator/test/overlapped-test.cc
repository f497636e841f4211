#include <chrono>
#include <thread>
#include <vector>

#include "behind-the-back.h"
#include "test-socket.h"

namespace {

using Clock = std::chrono::steady_clock;

// One overlapped call and the memory that it needs until it completes.
struct Call {
  PortRangeInput range{};
  uint64_t token = 0;
  Instance instance{};
  DWORD bytes = 77;
  WSAOVERLAPPED overlapped{};

  Call() { overlapped.hEvent = winsock.CreateEventW(nullptr, TRUE, FALSE, nullptr); }
  ~Call() { winsock.CloseHandle(overlapped.hEvent); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  int acquire(Socket& s, uint16_t start, uint16_t count) {
    range = {__builtin_bswap16(start), count};
    return Socket::errorOf(winsock.WSAIoctl(s.handle, kAcquire, &range, sizeof range, &instance, sizeof instance, &bytes,
                                            &overlapped, nullptr));
  }
  int associate(Socket& s, uint64_t with) {
    token = with;
    return Socket::errorOf(
        winsock.WSAIoctl(s.handle, kAssociate, &token, sizeof token, nullptr, 0, nullptr, &overlapped, nullptr));
  }
  bool isSignalled() { return winsock.WaitForSingleObject(overlapped.hEvent, 0) == WAIT_OBJECT_0; }
  bool waitForEvent() { return winsock.WaitForSingleObject(overlapped.hEvent, 10000) == WAIT_OBJECT_0; }
  int result(Socket& s, bool wait, DWORD* transferred = nullptr) {
    DWORD length = 0, flags = 77;
    const BOOL done = winsock.WSAGetOverlappedResult(s.handle, &overlapped, &length, wait, &flags);
    if (transferred != nullptr) *transferred = length;
    return done ? 0 : winsock.WSAGetLastError();
  }
  uint32_t status() { return static_cast<uint32_t>(overlapped.Internal); }
};

int completions = 0;

void CALLBACK countCompletion(DWORD, DWORD, WSAOVERLAPPED*, DWORD) { ++completions; }

constexpr uint32_t kPending = 0x103;
constexpr uint32_t kCancelled = 0xC0000120;

}  // namespace

TEST("16: an overlapped call returns WSA_IO_PENDING and is complete") {
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call call, refused;
  EXPECT(call.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT(call.bytes, 0u);
  EXPECT_TRUE(call.isSignalled());
  DWORD transferred;
  EXPECT(call.result(s, false, &transferred), 0);
  EXPECT(transferred, 16u);
  EXPECT(call.instance.start(), 5000);
  EXPECT(refused.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT_TRUE(refused.isSignalled());
  EXPECT(refused.result(s, false), WSAEADDRINUSE);
  EXPECT(winsock.PendingCount(), 0u);
}

TEST("16: an overlapped call completes later in a world of overlappedCall=pending-later") {
  EXPECT(winsock.SetWorld("overlappedCall=pending-later"), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call call, refused;
  EXPECT(call.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT_TRUE(call.waitForEvent());
  EXPECT(call.result(s, false), 0);
  EXPECT(call.instance.start(), 5000);
  EXPECT(refused.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT(refused.result(s, true), WSAEADDRINUSE);
}

TEST("16: an overlapped call that completes at once returns success") {
  EXPECT(winsock.SetWorld("overlappedCall=at-once"), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call call;
  EXPECT(call.acquire(s, 5000, 20), 0);
  EXPECT(call.bytes, 16u);
  EXPECT(call.status(), 0u);
  EXPECT(call.overlapped.InternalHigh, 16u);
  EXPECT_TRUE(call.isSignalled());
  DWORD transferred;
  EXPECT(call.result(s, false, &transferred), 0);
  EXPECT(transferred, 16u);
  EXPECT(call.instance.start(), 5000);
}

TEST("16: an overlapped call that fails at once returns the error") {
  EXPECT(winsock.SetWorld("overlappedCall=at-once"), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call call;
  EXPECT(call.acquire(s, 5000, 0), WSAEINVAL);
  EXPECT_TRUE(!call.isSignalled());
  EXPECT(call.result(s, false), WSAEINVAL);
}

TEST("16: with latency, an overlapped call returns WSA_IO_PENDING and completes later") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, 40), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call call;
  const auto from = Clock::now();
  EXPECT(call.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT(call.bytes, 0u);
  EXPECT(call.status(), kPending);
  EXPECT_TRUE(!call.isSignalled());
  EXPECT(call.result(s, false), WSA_IO_INCOMPLETE);
  EXPECT(winsock.PendingCount(), 1u);
  EXPECT(counts().runtimeReservations, 0u);
  call.range = {};  // the call has read it already
  EXPECT_TRUE(call.waitForEvent());
  EXPECT_TRUE(Clock::now() - from >= std::chrono::milliseconds(39));
  DWORD transferred;
  EXPECT(call.result(s, false, &transferred), 0);
  EXPECT(transferred, 16u);
  EXPECT(call.instance.start(), 5000);
  EXPECT(winsock.PendingCount(), 0u);
}

TEST("16: WSAGetOverlappedResult with fWait waits, also without an event") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, 20), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call call;
  const HANDLE event = std::exchange(call.overlapped.hEvent, nullptr);
  EXPECT(call.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT(call.result(s, true), 0);
  EXPECT(call.instance.start(), 5000);
  call.overlapped.hEvent = event;
}

TEST("16: a pending call reports its error when it completes") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call first, second;
  EXPECT(first.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT(second.acquire(s, 5010, 20), WSA_IO_PENDING);
  EXPECT(winsock.ReleasePending(10), 2u);
  EXPECT(first.result(s, false), 0);
  EXPECT(second.result(s, false), WSAEADDRINUSE);
  EXPECT_TRUE(second.isSignalled());
}

TEST("16: ReleasePending completes the oldest calls first") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call calls[3];
  for (Call& call : calls) EXPECT(call.acquire(s, 0, 20), WSA_IO_PENDING);
  EXPECT(winsock.ReleasePending(2), 2u);
  EXPECT(calls[0].instance.start(), 49152);
  EXPECT(calls[1].instance.start(), 49172);
  EXPECT(calls[2].result(s, false), WSA_IO_INCOMPLETE);
}

TEST("16: CancelIoEx completes a pending call with WSA_OPERATION_ABORTED") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED), other = tcp(WSA_FLAG_OVERLAPPED);
  Call first, second, third;
  EXPECT(first.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT(second.acquire(s, 5100, 20), WSA_IO_PENDING);
  EXPECT(third.acquire(other, 5200, 20), WSA_IO_PENDING);
  const auto file = [](Socket& of) { return reinterpret_cast<HANDLE>(of.handle); };
  EXPECT_TRUE(winsock.CancelIoEx(file(s), &first.overlapped));
  EXPECT_TRUE(first.isSignalled());
  EXPECT(first.status(), kCancelled);
  EXPECT(first.result(s, false), WSA_OPERATION_ABORTED);
  EXPECT(second.result(s, false), WSA_IO_INCOMPLETE);
  EXPECT_TRUE(winsock.CancelIoEx(file(s), nullptr));
  EXPECT(second.result(s, true), WSA_OPERATION_ABORTED);
  EXPECT(third.result(other, false), WSA_IO_INCOMPLETE);
  EXPECT_TRUE(!winsock.CancelIoEx(file(s), &first.overlapped));
  EXPECT(winsock.WSAGetLastError(), ERROR_NOT_FOUND);
#ifndef _WIN32  // where the system answers, and Wine returns TRUE
  EXPECT_TRUE(!winsock.CancelIoEx(file(s), nullptr));
  EXPECT(winsock.WSAGetLastError(), ERROR_NOT_FOUND);
#endif
  EXPECT(counts().runtimeReservations, 0u);
}

TEST("16: closesocket completes a pending call with WSA_OPERATION_ABORTED") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call call;
  EXPECT(call.acquire(s, 5000, 20), WSA_IO_PENDING);
  const SOCKET handle = s.handle;
  EXPECT(s.close(), 0);
  EXPECT_TRUE(call.isSignalled());
  EXPECT(call.status(), kCancelled);
  s.handle = handle;
  EXPECT(call.result(s, false), WSAENOTSOCK);
  s.handle = INVALID_SOCKET;
}

TEST("16: a pending call is aborted when it is due if its socket was closed without a call to the simulator") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, 20), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call call;
  EXPECT(call.acquire(s, 5000, 20), WSA_IO_PENDING);
  closeBehindTheBack(std::exchange(s.handle, INVALID_SOCKET));
  EXPECT_TRUE(call.waitForEvent());
  EXPECT(call.status(), kCancelled);
}

TEST("16: a pending ASSOCIATE takes effect when it completes") {
  Socket anchor = udp(WSA_FLAG_OVERLAPPED), s = udp(WSA_FLAG_OVERLAPPED);
  const Instance block = anchor.acquired(23000, 10);
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ASSOCIATE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  Call call;
  EXPECT(call.associate(s, block.token), WSA_IO_PENDING);
  EXPECT(s.bind(ipv4(23000)), WSAEACCES);
  EXPECT(winsock.ReleasePending(1), 1u);
  EXPECT(call.result(s, false), 0);
  EXPECT(s.bind(ipv4(23000)), 0);
}

TEST("16: without WSA_FLAG_OVERLAPPED, the call ignores the OVERLAPPED and blocks") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, 30), 0u);
  Socket s = tcp();
  Call call;
  const auto from = Clock::now();
  EXPECT(call.acquire(s, 5000, 20), 0);
  EXPECT_TRUE(Clock::now() - from >= std::chrono::milliseconds(29));
  EXPECT(call.bytes, 16u);
  EXPECT(call.overlapped.InternalHigh, 0u);
  EXPECT_TRUE(!call.isSignalled());
}

TEST("16: socket() opens overlapped sockets, and a blocking call on one blocks") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, 20), 0u);
  Socket s = tcp();
  EXPECT(s.close(), 0);
  s.handle = winsock.socket(2, 1, 6);
  Call call;
  EXPECT(call.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT(call.result(s, true), 0);
  EXPECT(s.acquire(5100, 20), 0);
}

TEST("16: each of the three codes blocks on a non-blocking socket") {
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  ULONG on = 1;
  EXPECT(Socket::errorOf(winsock.ioctlsocket(s.handle, static_cast<LONG>(0x8004667E), &on)), 0);  // FIONBIO
  for (const auto kind : {WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_ASSOCIATE, WINSOCK_SIMULATOR_RELEASE}) {
    EXPECT(winsock.SetLatency(kind, 30), 0u);
  }
  const auto blocks = [](auto call) {
    const auto from = Clock::now();
    EXPECT(call(), 0);
    return Clock::now() - from >= std::chrono::milliseconds(29);
  };
  Instance granted{};
  EXPECT_TRUE(blocks([&] { return s.acquire(5000, 20, &granted); }));
  EXPECT_TRUE(blocks([&] { return s.associate(granted.token); }));
  EXPECT_TRUE(blocks([&] { return s.release(granted.token); }));
}

TEST("16: InterruptBlocked, CancelIoEx and closesocket end a blocked call with WSAEINTR") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  for (int way = 0; way < 3; ++way) {
    Socket s = tcp();
    int error = 0;
    std::thread blocked([&] {
      const PortRangeInput range{__builtin_bswap16(5000), 20};
      Instance out;
      DWORD bytes;
      error = Socket::errorOf(
          winsock.WSAIoctl(s.handle, kAcquire, &range, sizeof range, &out, sizeof out, &bytes, nullptr, nullptr));
    });
    while (winsock.PendingCount() == 0) std::this_thread::yield();
    if (way == 0) EXPECT(winsock.InterruptBlocked(), 1u);
    if (way == 1) EXPECT_TRUE(winsock.CancelIoEx(reinterpret_cast<HANDLE>(s.handle), nullptr));
    if (way == 2) EXPECT(winsock.closesocket(s.handle), 0);
    blocked.join();
    EXPECT(error, WSAEINTR);
    if (way == 2) s.handle = INVALID_SOCKET;
  }
}

TEST("16: a completion routine is refused with WSAEOPNOTSUPP") {
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call call;
  EXPECT(Socket::errorOf(winsock.WSAIoctl(s.handle, kAcquire, &call.range, 4, &call.instance, 16, &call.bytes, &call.overlapped,
                                          countCompletion)),
         WSAEOPNOTSUPP);
}

TEST("16: without WSA_FLAG_OVERLAPPED, a completion routine is ignored") {
  Socket s = tcp();
  Call call;
  call.range = {__builtin_bswap16(5000), 20};
  completions = 0;
  EXPECT(Socket::errorOf(winsock.WSAIoctl(s.handle, kAcquire, &call.range, 4, &call.instance, 16, &call.bytes, nullptr,
                                          countCompletion)),
         0);
  EXPECT(call.bytes, 16u);
  EXPECT(completions, 0);
}

TEST("16: a thousand pending calls on a hundred sockets all complete") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  std::vector<Socket> sockets;
  for (int index = 0; index < 100; ++index) sockets.push_back(udp(WSA_FLAG_OVERLAPPED));
  std::vector<Call> calls(1000);
  for (size_t index = 0; index < calls.size(); ++index) EXPECT(calls[index].acquire(sockets[index % 100], 0, 10), WSA_IO_PENDING);
  EXPECT(winsock.PendingCount(), 1000u);
  EXPECT(winsock.ReleasePending(1000), 1000u);
  for (size_t index = 0; index < calls.size(); ++index) EXPECT(calls[index].result(sockets[index % 100], true), 0);
  EXPECT(counts().runtimeReservations, 1000u);
}

TEST("Reset and the last WSACleanup abort pending calls") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  Call first, second;
  EXPECT(first.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT(winsock.WSACleanup(), 0);
  EXPECT(first.status(), kCancelled);
  WSADATA data;
  EXPECT(winsock.WSAStartup(0x0202, &data), 0);
#ifdef _WIN32
  // The last WSACleanup closes the sockets of the process.
  s.handle = INVALID_SOCKET;
  s = tcp(WSA_FLAG_OVERLAPPED);
#endif
  EXPECT(second.acquire(s, 5000, 20), WSA_IO_PENDING);
  EXPECT(winsock.Reset(), 0u);
  EXPECT(second.status(), kCancelled);
}
