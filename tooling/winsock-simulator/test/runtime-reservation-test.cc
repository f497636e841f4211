#include "behind-the-back.h"
#include "test-socket.h"

TEST("1: TCP and UDP reservations are separate") {
  Socket stream = tcp(), datagram = udp();
  EXPECT(stream.acquire(5000, 20), 0);
  EXPECT(datagram.acquire(5000, 20), 0);
  EXPECT(stream.acquire(5000, 20), WSAEADDRINUSE);
}

TEST("1: the control codes fail with WSAEOPNOTSUPP on a socket that is neither TCP nor UDP") {
  const SOCKET local = winsock.socket(1, 1, 0);
  if (local == INVALID_SOCKET) return;  // the system has no AF_UNIX
  Socket other = tcp();
  std::swap(other.handle, const_cast<SOCKET&>(local));
  EXPECT(other.acquire(5000, 20), WSAEOPNOTSUPP);
  EXPECT(other.associate(1), WSAEOPNOTSUPP);
  EXPECT(other.release(1), WSAEOPNOTSUPP);
  EXPECT(winsock.closesocket(local), 0);
}

TEST("2: an output buffer that is too small fails with WSAEINVAL, and bytesReturned is 0") {
  Socket s = tcp();
  const PortRangeInput range{__builtin_bswap16(5000), 20};
  Instance out;
  DWORD bytes = 77;
  EXPECT(winsock.WSAIoctl(s.handle, kAcquire, &range, 4, &out, 15, &bytes, nullptr, nullptr), SOCKET_ERROR);
  EXPECT(winsock.WSAGetLastError(), WSAEINVAL);
  EXPECT(bytes, 0u);
  EXPECT(s.acquire(5000, 20), 0);
}

TEST("2: a handle that is not a socket fails with WSAENOTSOCK") {
  const PortRangeInput range{__builtin_bswap16(5000), 20};
  Instance out;
  DWORD bytes;
  for (const SOCKET s : {INVALID_SOCKET, SOCKET{0x7ffffff0}, static_cast<SOCKET>(0x100000003) /* 3 on ia32 */}) {
    EXPECT(winsock.WSAIoctl(s, kAcquire, &range, 4, &out, 16, &bytes, nullptr, nullptr), SOCKET_ERROR);
    EXPECT(winsock.WSAGetLastError(), WSAENOTSOCK);
  }
}

TEST("a null buffer with a length fails with WSAEFAULT, a short or missing buffer with WSAEINVAL") {
  Socket s = tcp();
  const PortRangeInput range{__builtin_bswap16(5000), 20};
  const uint64_t token = 1;
  Instance out;
  DWORD bytes;
  const auto ioctl = [&](DWORD code, const void* in, DWORD inLength, void* to, DWORD toLength, DWORD* returned) {
    return Socket::errorOf(winsock.WSAIoctl(s.handle, code, in, inLength, to, toLength, returned, nullptr, nullptr));
  };
  EXPECT(ioctl(kAcquire, nullptr, 4, &out, 16, &bytes), WSAEFAULT);
  EXPECT(ioctl(kAcquire, &range, 4, nullptr, 16, &bytes), WSAEFAULT);
  EXPECT(ioctl(kAcquire, &range, 4, &out, 16, nullptr), WSAEFAULT);
  EXPECT(ioctl(kAcquire, &range, 3, &out, 16, &bytes), WSAEINVAL);
  EXPECT(ioctl(kAssociate, nullptr, 8, nullptr, 0, &bytes), WSAEFAULT);
  EXPECT(ioctl(kAssociate, &token, 7, nullptr, 0, &bytes), WSAEINVAL);
  EXPECT(ioctl(kAssociate, &token, 8, &out, 16, &bytes), WSAEINVAL);
  EXPECT(ioctl(kRelease, nullptr, 8, nullptr, 0, &bytes), WSAEFAULT);
  EXPECT(ioctl(kRelease, &token, 7, nullptr, 0, &bytes), WSAEINVAL);
  EXPECT(ioctl(kRelease, &token, 8, nullptr, 0, nullptr), WSAEFAULT);
  EXPECT(ioctl(kAcquire, nullptr, 0, &out, 16, &bytes), WSAEINVAL);
  EXPECT(ioctl(kAcquire, &range, 4, nullptr, 0, &bytes), WSAEINVAL);
  EXPECT(ioctl(kRelease, nullptr, 0, nullptr, 0, &bytes), WSAEINVAL);
  EXPECT(counts().runtimeReservations, 0u);
}

TEST("buffers may be larger than needed") {
  Socket s = tcp();
  const uint16_t range[4] = {__builtin_bswap16(5000), 20, 0xffff, 0xffff};
  Instance out[2];
  DWORD bytes;
  EXPECT(winsock.WSAIoctl(s.handle, kAcquire, range, sizeof range, out, sizeof out, &bytes, nullptr, nullptr), 0);
  EXPECT(bytes, 16u);
}

TEST("3: a runtime reservation ends with its anchor") {
  Socket anchor = tcp(), other = tcp();
  const Instance instance = anchor.acquired(5000, 20);
  EXPECT(anchor.close(), 0);
  EXPECT(other.associate(instance.token), WSAEINVAL);
  EXPECT(other.acquire(5000, 20), 0);
}

TEST("3: a runtime reservation ends when its anchor is closed without a call to the simulator") {
  Socket anchor = tcp(), other = tcp();
  const Instance instance = anchor.acquired(5000, 20);
  closeBehindTheBack(std::exchange(anchor.handle, INVALID_SOCKET));
  EXPECT(other.associate(instance.token), WSAEINVAL);
  EXPECT(other.acquire(5010, 1), 0);
}

TEST("3: several reservations on one socket end together") {
  Socket anchor = tcp(), other = tcp();
  for (uint16_t start = 5000; start < 5100; start += 10) EXPECT(anchor.acquire(start, 10), 0);
  EXPECT(counts().runtimeReservations, 10u);
  EXPECT(anchor.close(), 0);
  EXPECT(counts().runtimeReservations, 0u);
  EXPECT(other.acquire(5000, 100), 0);
}

TEST("3: RELEASE succeeds on any socket of the process and protocol") {
  Socket anchor = tcp(), other = tcp(), datagram = udp();
  const Instance instance = anchor.acquired(5000, 20);
  EXPECT(datagram.release(instance.token), WSAEINVAL);
  EXPECT(other.release(instance.token), 0);
  EXPECT(other.release(instance.token), WSAEINVAL);
  EXPECT(other.acquire(5000, 20), 0);
}

TEST("7: ACQUIRE of an administered exclusion fails with WSAEADDRINUSE, and bind to it succeeds") {
  Socket s = tcp(), plain = tcp(), datagram = udp();
  EXPECT(winsock.AddExclusion(6, 20050, 10), 0u);
  EXPECT(s.acquire(20050, 10), WSAEADDRINUSE);
  EXPECT(s.acquire(20041, 10), WSAEADDRINUSE);
  EXPECT(s.acquire(20059, 10), WSAEADDRINUSE);
  EXPECT(s.acquire(20040, 10), 0);
  EXPECT(s.acquire(20060, 10), 0);
  EXPECT(datagram.acquire(20050, 10), 0);
  EXPECT(plain.bind(ipv4(20055)), 0);
  EXPECT(plain.close(), 0);
  EXPECT(winsock.ClearExclusions(), 0u);
  EXPECT(s.acquire(20050, 10), 0);
}

TEST("7: ACQUIRE of a range that overlaps a reservation fails with WSAEADDRINUSE") {
  Socket s = tcp();
  EXPECT(s.acquire(5000, 20), 0);
  EXPECT(s.acquire(5019, 1), WSAEADDRINUSE);
  EXPECT(s.acquire(4990, 11), WSAEADDRINUSE);
  EXPECT(s.acquire(4000, 2000), WSAEADDRINUSE);
  EXPECT(s.acquire(5020, 1), 0);
  EXPECT(s.acquire(4999, 1), 0);
}

TEST("8: ACQUIRE of a range with a bound port fails with WSAEADDRINUSE until the port is closed") {
  Socket s = tcp(), bound = tcp(), datagram = udp();
  EXPECT(bound.bind(ipv4(20105)), 0);
  EXPECT(s.acquire(20100, 10), WSAEADDRINUSE);
  EXPECT(datagram.acquire(20100, 10), 0);
  EXPECT(bound.close(), 0);
  EXPECT(s.acquire(20100, 10), 0);
}

TEST("8: a port is free after its socket is closed without a call to the simulator") {
  Socket s = tcp(), bound = tcp();
  EXPECT(bound.bind(ipv4(20105)), 0);
  closeBehindTheBack(std::exchange(bound.handle, INVALID_SOCKET));
  EXPECT(s.acquire(20100, 10), 0);
}

TEST("9: bind to a reserved port without ASSOCIATE fails with WSAEACCES") {
  Socket s = tcp(), plain = tcp(), datagram = udp();
  EXPECT(s.acquire(20100, 10), 0);
  EXPECT(plain.bind(ipv4(20100)), WSAEACCES);
  EXPECT(plain.bind(ipv4(20109)), WSAEACCES);
  EXPECT(plain.bind(ipv4(20110)), 0);
  EXPECT(datagram.bind(ipv4(20100)), 0);
}

TEST("9: the ephemeral allocator skips reservations and exclusions") {
  Socket s = udp();
  EXPECT(winsock.SetDynamicRange(17, 20200, 10), 0u);
  EXPECT(s.acquire(20200, 4), 0);
  EXPECT(winsock.AddExclusion(17, 20205, 5), 0u);
  Socket first = udp(), second = udp();
  EXPECT(first.bind(ipv4(0)), 0);
  EXPECT(first.port(), 20204);
  EXPECT(second.bind(ipv4(0)), WSAEADDRINUSE);
}

TEST("9: connect of an unbound socket takes an ephemeral port") {
  Socket s = udp();
  EXPECT(winsock.SetDynamicRange(17, 20220, 10), 0u);
  EXPECT(s.acquire(20220, 4), 0);
  Socket client = udp();
  EXPECT(client.connect(ipv4(9)), 0);
  EXPECT(client.port(), 20224);
}

TEST("10: a port that is excluded for UDP can be reserved for TCP") {
  Socket stream = tcp(), datagram = udp();
  EXPECT(winsock.AddExclusion(17, 5000, 20), 0u);
  EXPECT(stream.acquire(5000, 20), 0);
  EXPECT(datagram.acquire(5000, 20), WSAEADDRINUSE);
}

TEST("12: ACQUIRE of no ports, or of ports past 65535, fails with WSAEINVAL") {
  Socket s = tcp();
  EXPECT(s.acquire(5000, 0), WSAEINVAL);
  EXPECT(s.acquire(0, 0), WSAEINVAL);
  EXPECT(s.acquire(65535, 2), WSAEINVAL);
  EXPECT(s.acquire(1, 65535), 0);
  EXPECT(s.acquire(65535, 1), WSAEADDRINUSE);
}

TEST("13: an unknown token is refused with WSAEINVAL") {
  Socket s = tcp();
  const Instance instance = s.acquired(5000, 20);
  for (const uint64_t token : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}, instance.token + 1, instance.token ^ uint64_t{1} << 63}) {
    EXPECT(s.associate(token), WSAEINVAL);
    EXPECT(s.release(token), WSAEINVAL);
  }
  EXPECT(s.release(instance.token), 0);
  EXPECT(s.associate(instance.token), WSAEINVAL);
}

TEST("13: a token of the other protocol is refused with WSAEINVAL") {
  Socket stream = tcp(), datagram = udp();
  const Instance instance = stream.acquired(5000, 20);
  EXPECT(datagram.associate(instance.token), WSAEINVAL);
}

TEST("15: a wildcard takes the lowest free run of the dynamic range") {
  Socket s = udp();
  EXPECT(s.acquired(0, 20).start(), 49152);
  EXPECT(s.acquired(0, 20).start(), 49172);
  EXPECT(winsock.AddExclusion(17, 49200, 5), 0u);
  EXPECT(s.acquired(0, 20).start(), 49205);
  EXPECT(s.acquired(0, 8).start(), 49192);
  EXPECT(s.acquire(0, 16384), WSAENOBUFS);
}

TEST("15: a wildcard skips bound ports, and takes them after they are closed") {
  EXPECT(winsock.SetDynamicRange(17, 20300, 100), 0u);
  Socket s = udp(), bound = udp();
  EXPECT(bound.bind(ipv4(20305)), 0);
  EXPECT(s.acquired(0, 20).start(), 20306);
  closeBehindTheBack(std::exchange(bound.handle, INVALID_SOCKET));
  EXPECT(s.acquired(0, 6).start(), 20300);
}

TEST("15: wildcards fill the dynamic range and stay inside it") {
  EXPECT(winsock.SetDynamicRange(6, 30000, 100), 0u);
  Socket s = tcp();
  for (uint16_t start = 30000; start < 30100; start += 20) EXPECT(s.acquired(0, 20).start(), start);
  EXPECT(s.acquire(0, 1), WSAENOBUFS);
}

TEST("17: bytesReturned is 16 for ACQUIRE, and 0 for ASSOCIATE and RELEASE") {
  Socket s = tcp();
  const Instance instance = s.acquired(5000, 20);
  EXPECT(instance.start(), 5000);
  EXPECT(instance.numberOfPorts, 20);
  EXPECT(s.associate(instance.token), 0);
  EXPECT(s.release(instance.token), 0);
}

TEST("19: IPv4 and IPv6 share one pool") {
  Socket four = udp(), six = udp6();
  EXPECT(six.acquire(20400, 10), 0);
  EXPECT(four.acquire(20400, 10), WSAEADDRINUSE);
  EXPECT(four.bind(ipv4(20400)), WSAEACCES);
  Socket plain = udp6();
  EXPECT(plain.bind(ipv6(20409)), WSAEACCES);
  EXPECT(plain.bind(ipv6(20410)), 0);
  EXPECT(four.acquire(20410, 1), WSAEADDRINUSE);
}

TEST("tokens are unique, never 0, above 2^53, and some have the top bit set") {
  Socket s = tcp();
  uint64_t previous = 0;
  unsigned topBits = 0;
  for (int cycle = 0; cycle < 1000; ++cycle) {
    const uint64_t token = s.acquired(5000, 20).token;
    EXPECT_TRUE(token > uint64_t{1} << 53 && token != previous);
    if (token >> 63 != 0) ++topBits;
    previous = token;
    EXPECT(s.release(token), 0);
    EXPECT(s.release(token), WSAEINVAL);
  }
  EXPECT_TRUE(topBits > 300 && topBits < 700);
}
