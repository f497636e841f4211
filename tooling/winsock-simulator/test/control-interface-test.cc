#include <chrono>
#include <cstdlib>

#include "behind-the-back.h"
#include "test-socket.h"

TEST("FailNext makes the nth call of a kind fail without effect") {
  Socket s = tcp();
  EXPECT(winsock.FailNext(WINSOCK_SIMULATOR_ACQUIRE, 2, WSAENETDOWN), 0u);
  EXPECT(winsock.FailNext(WINSOCK_SIMULATOR_ACQUIRE, 3, WSAEINPROGRESS), 0u);
  EXPECT(s.acquire(5000, 10), 0);
  EXPECT(s.acquire(5010, 10), WSAENETDOWN);
  EXPECT(s.acquire(5010, 10), WSAEINPROGRESS);
  EXPECT(s.acquire(5010, 10), 0);
  EXPECT(counts().runtimeReservations, 2u);
}

TEST("FailNext makes every kind of call fail") {
  Socket s = tcp();
  const auto failing = [](WinsockSimulator_Call call) { EXPECT(winsock.FailNext(call, 1, WSAENETDOWN), 0u); };
  failing(WINSOCK_SIMULATOR_SOCKET);
  EXPECT_TRUE(winsock.socket(2, 1, 6) == INVALID_SOCKET);
  EXPECT(winsock.WSAGetLastError(), WSAENETDOWN);
  failing(WINSOCK_SIMULATOR_BIND);
  EXPECT(s.bind(ipv4(24000)), WSAENETDOWN);
  EXPECT(s.bind(ipv4(24000)), 0);
  failing(WINSOCK_SIMULATOR_LISTEN);
  EXPECT(s.listen(), WSAENETDOWN);
  failing(WINSOCK_SIMULATOR_CLOSESOCKET);
  EXPECT(Socket::errorOf(winsock.closesocket(s.handle)), WSAENETDOWN);
  failing(WINSOCK_SIMULATOR_WSASTARTUP);
  WSADATA data;
  EXPECT(winsock.WSAStartup(0x0202, &data), WSAENETDOWN);
  failing(WINSOCK_SIMULATOR_LOOKUP_PERSISTENT);
  uint64_t token;
  EXPECT(winsock.LookupPersistentTcpPortReservation(1, 1, &token), static_cast<ULONG>(WSAENETDOWN));
  EXPECT(winsock.FailNext(-1, 1, 5), 87u);
  EXPECT(winsock.FailNext(32, 1, 5), 87u);
  EXPECT(winsock.FailNext(3, 0, 5), 87u);
}

TEST("FailNext makes a pending call fail when it completes") {
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  EXPECT(winsock.FailNext(WINSOCK_SIMULATOR_ACQUIRE, 1, WSAENETDOWN), 0u);
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  const PortRangeInput range{__builtin_bswap16(5000), 10};
  Instance out;
  WSAOVERLAPPED overlapped{};
  EXPECT(Socket::errorOf(winsock.WSAIoctl(s.handle, kAcquire, &range, 4, &out, 16, nullptr, &overlapped, nullptr)), WSA_IO_PENDING);
  EXPECT(winsock.ReleasePending(1), 1u);
  DWORD bytes, flags;
  EXPECT_TRUE(!winsock.WSAGetOverlappedResult(s.handle, &overlapped, &bytes, FALSE, &flags));
  EXPECT(winsock.WSAGetLastError(), WSAENETDOWN);
}

TEST("SetLatency makes calls that are not overlapped block") {
  Socket s = tcp();
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_BIND, 30), 0u);
  const auto from = std::chrono::steady_clock::now();
  EXPECT(s.bind(ipv4(24010)), 0);
  EXPECT_TRUE(std::chrono::steady_clock::now() - from >= std::chrono::milliseconds(29));
}

TEST("Counts returns sockets, bound sockets, reservations, startups and calls") {
  EXPECT(winsock.Reset(), 0u);
  {
    Socket first = tcp(), second = udp();
    EXPECT(first.bind(ipv4(24020)), 0);
    EXPECT(second.acquire(5000, 20), 0);
    EXPECT(second.acquire(5000, 20), WSAEADDRINUSE);
    const auto counted = counts();
    EXPECT(counted.openSockets, 2u);
    EXPECT(counted.boundSockets, 1u);
    EXPECT(counted.runtimeReservations, 1u);
    EXPECT(counted.runtimeReservationsOfAll, 1u);
    EXPECT(counted.persistentReservations, 0u);
    EXPECT(counted.pendingCalls, 0u);
    EXPECT(counted.startups, 1u);
    EXPECT(counted.calls[WINSOCK_SIMULATOR_SOCKET], 2u);
    EXPECT(counted.calls[WINSOCK_SIMULATOR_ACQUIRE], 2u);
    EXPECT(counted.calls[WINSOCK_SIMULATOR_BIND], 1u);
    closeBehindTheBack(std::exchange(first.handle, INVALID_SOCKET));
    EXPECT(counts().openSockets, 1u);
    closeBehindTheBack(std::exchange(second.handle, INVALID_SOCKET));
  }
  EXPECT(counts().openSockets, 0u);
  EXPECT(counts().runtimeReservationsOfAll, 0u);
}

TEST("Reset clears reservations, exclusions, ranges, elevation, latency and faults, and keeps sockets and the world") {
  Socket s = tcp(), bound = tcp();
  EXPECT(winsock.SetElevated(1), 0u);
  EXPECT(s.acquire(5000, 20), 0);
  EXPECT(bound.bind(ipv4(24030)), 0);
  EXPECT(winsock.AddExclusion(6, 5100, 10), 0u);
  EXPECT(winsock.SetDynamicRange(6, 30000, 10), 0u);
  EXPECT(winsock.FailNext(WINSOCK_SIMULATOR_ACQUIRE, 1, WSAENETDOWN), 0u);
  EXPECT(winsock.SetWorld("rangeTaken=WSAEACCES"), 0u);
  EXPECT(winsock.Reset(), 0u);
  EXPECT(s.acquire(5000, 200), 0);
  EXPECT(s.acquired(0, 5).start(), 49152);
  EXPECT(s.acquire(24030, 1), WSAEACCES);
  uint64_t token;
  EXPECT(winsock.CreatePersistentTcpPortReservation(1, 1, &token), 5u);
}

TEST("UsePool changes to a separate pool, and only outside WSAStartup") {
  EXPECT(winsock.UsePool("elsewhere"), 170u);
  Socket s = tcp();
  EXPECT(winsock.SetElevated(1), 0u);
  uint64_t token;
  EXPECT(winsock.CreatePersistentTcpPortReservation(__builtin_bswap16(5000), 20, &token), 0u);
  EXPECT(s.close(), 0);
  EXPECT(winsock.WSACleanup(), 0);
  EXPECT(winsock.UsePool("bad name"), 87u);
  EXPECT(winsock.UsePool(nullptr), 87u);
  const char* own = std::getenv("WINSOCK_SIMULATOR_POOL");
  const std::string another = std::string(own) + "-2";
  EXPECT(winsock.UsePool(another.c_str()), 0u);
  EXPECT(counts().persistentReservations, 0u);
  EXPECT(winsock.UsePool(own), 0u);
  EXPECT(counts().persistentReservations, 1u);
  EXPECT(winsock.DestroyPool(another.c_str()), 0u);
  EXPECT(winsock.DestroyPool(another.c_str()), 2u);
  WSADATA data;
  EXPECT(winsock.WSAStartup(0x0202, &data), 0);
}

TEST("the persistent functions need no WSAStartup") {
  EXPECT(winsock.WSACleanup(), 0);
  EXPECT(winsock.SetElevated(1), 0u);
  uint64_t token;
  EXPECT(winsock.CreatePersistentTcpPortReservation(__builtin_bswap16(5000), 20, &token), 0u);
  WSADATA data;
  EXPECT(winsock.WSAStartup(0x0202, &data), 0);
}

TEST("the control interface checks its arguments") {
  EXPECT(winsock.AddExclusion(1, 5000, 1), 87u);
  EXPECT(winsock.AddExclusion(6, 0, 1), 87u);
  EXPECT(winsock.AddExclusion(6, 65535, 2), 87u);
  EXPECT(winsock.SetDynamicRange(6, 65535, 2), 87u);
  EXPECT(winsock.SetLatency(99, 1), 87u);
  EXPECT(winsock.Counts(nullptr), 87u);
}

TEST("Reboot invalidates sockets, which closesocket still closes, and keeps exclusions") {
  Socket s = tcp();
  EXPECT(winsock.AddExclusion(6, 5000, 10), 0u);
  EXPECT(s.acquire(5010, 10), 0);
  EXPECT(winsock.Reboot(), 0u);
  EXPECT(counts().openSockets, 0u);
  EXPECT(counts().runtimeReservations, 0u);
  EXPECT(s.bind(ipv4(24040)), WSAENOTSOCK);
  EXPECT(s.close(), 0);
  Socket next = tcp();
  EXPECT(next.acquire(5000, 20), WSAEADDRINUSE);
  EXPECT(next.acquire(5010, 10), 0);
}

TEST("WINSOCK_SIMULATOR_SIO_NOTHING succeeds at once, overlapped or not, and is not counted") {
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  const auto before = counts().calls[WINSOCK_SIMULATOR_IOCTL];
  DWORD bytes = 77;
  const auto nothing = [&](WSAOVERLAPPED* overlapped) {
    return winsock.WSAIoctl(s.handle, WINSOCK_SIMULATOR_SIO_NOTHING, nullptr, 0, nullptr, 0, &bytes, overlapped, nullptr);
  };
  EXPECT(nothing(nullptr), 0);
  EXPECT(bytes, 0u);
  WSAOVERLAPPED overlapped{};
  overlapped.Internal = 0x103;
  overlapped.hEvent = winsock.CreateEventW(nullptr, TRUE, FALSE, nullptr);
  EXPECT(nothing(&overlapped), 0);
  EXPECT(overlapped.Internal, 0u);
  EXPECT(winsock.WaitForSingleObject(overlapped.hEvent, 0), WAIT_OBJECT_0);
  winsock.CloseHandle(overlapped.hEvent);
  EXPECT(counts().calls[WINSOCK_SIMULATOR_IOCTL], before);
}
