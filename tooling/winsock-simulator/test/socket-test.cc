#include "behind-the-back.h"
#include "test-socket.h"

#include <thread>

TEST("before WSAStartup every call fails with WSANOTINITIALISED") {
  EXPECT(winsock.WSACleanup(), 0);
  EXPECT(Socket::errorOf(winsock.WSACleanup()), WSANOTINITIALISED);
  EXPECT_TRUE(winsock.socket(2, 1, 6) == INVALID_SOCKET);
  EXPECT(winsock.WSAGetLastError(), WSANOTINITIALISED);
  EXPECT(Socket::errorOf(winsock.closesocket(5)), WSANOTINITIALISED);
  EXPECT(Socket::errorOf(winsock.WSAIoctl(5, kAcquire, nullptr, 0, nullptr, 0, nullptr, nullptr, nullptr)), WSANOTINITIALISED);
  WSADATA data;
  EXPECT(winsock.WSAStartup(0x0202, &data), 0);
}

TEST("WSAStartup counts its calls and returns the version") {
  WSADATA data;
  EXPECT(winsock.WSAStartup(0x0101, &data), 0);
  EXPECT(data.wVersion, 0x0101);
  EXPECT(data.wHighVersion, 0x0202);
  EXPECT(counts().startups, 2u);
  EXPECT(winsock.WSACleanup(), 0);
  Socket s = tcp();
  EXPECT(winsock.WSAStartup(0x0000, &data), WSAVERNOTSUPPORTED);
  EXPECT(winsock.WSAStartup(0x0202, nullptr), WSAEFAULT);
}

TEST("calls on a closed socket fail with WSAENOTSOCK") {
  Socket s = tcp();
  const SOCKET handle = s.handle;
  EXPECT(s.close(), 0);
  EXPECT(Socket::errorOf(winsock.closesocket(handle)), WSAENOTSOCK);
  EXPECT(Socket::errorOf(winsock.listen(handle, 1)), WSAENOTSOCK);
}

TEST("bind refuses a bound socket, a short address and a wrong family") {
  Socket s = udp();
  EXPECT(Socket::errorOf(winsock.bind(s.handle, nullptr, 16)), WSAEFAULT);
  EXPECT(Socket::errorOf(winsock.bind(s.handle, ipv4(0).bytes.data(), 8)), WSAEFAULT);
  EXPECT(s.bind(ipv6(0)), WSAEAFNOSUPPORT);
  Address strange = ipv4(0);
  strange.bytes[0] = 99;
  EXPECT(s.bind(strange), WSAEAFNOSUPPORT);
  EXPECT(s.bind(ipv4(20500)), 0);
  EXPECT(s.bind(ipv4(20501)), WSAEINVAL);
}

TEST("getsockname fails with WSAEINVAL on an unbound socket, and with WSAEFAULT without room") {
  Socket s = udp6();
  Address address;
  address.length = 28;
  EXPECT(Socket::errorOf(winsock.getsockname(s.handle, address.bytes.data(), &address.length)), WSAEINVAL);
  EXPECT(s.bind(ipv6(20510)), 0);
  address.length = 27;
  EXPECT(Socket::errorOf(winsock.getsockname(s.handle, address.bytes.data(), &address.length)), WSAEFAULT);
  address.length = 28;
  EXPECT(winsock.getsockname(s.handle, address.bytes.data(), &address.length), 0);
  EXPECT(address.bytes[0], 23);
  EXPECT(address.bytes[23], 1);
  EXPECT(address.port(), 20510);
}

TEST("two sockets share a port only at different specific addresses") {
  Socket first = udp(), second = udp(), third = udp(), six = udp6(), wild = udp6();
  EXPECT(first.bind(ipv4(20520)), 0);
  EXPECT(second.bind(ipv4(20520)), WSAEADDRINUSE);
  EXPECT(third.bind(ipv4(20520, {0, 0, 0, 0})), WSAEADDRINUSE);
  EXPECT(wild.set(IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
  EXPECT(wild.bind(ipv6(20520, 0)), WSAEADDRINUSE);
#ifndef _WIN32  // Wine's bind treats all addresses of 127.0.0.0/8 as one
  EXPECT(second.bind(ipv4(20520, {127, 0, 0, 2})), 0);
#endif
  EXPECT(six.bind(ipv6(20520)), 0);
}

TEST("getsockname returns the address of the bind, and after a connect a specific one for '0.0.0.0'") {
  const auto isLocal = [](const Socket& s, const Address& expected) {
    Address address;
    address.length = 28;
    EXPECT(winsock.getsockname(s.handle, address.bytes.data(), &address.length), 0);
    return address.length == expected.length && address.bytes == expected.bytes;
  };
  Socket specific = udp(), wild = udp();
  EXPECT(specific.bind(ipv4(20580)), 0);
  EXPECT(wild.bind(ipv4(20581, {0, 0, 0, 0})), 0);
  EXPECT_TRUE(isLocal(specific, ipv4(20580)));
  EXPECT_TRUE(isLocal(wild, ipv4(20581, {0, 0, 0, 0})));
  for (Socket* s : {&specific, &wild}) EXPECT(s->connect(ipv4(20582)), 0);
  EXPECT_TRUE(isLocal(specific, ipv4(20580)));
  EXPECT_TRUE(isLocal(wild, ipv4(20581)));
}

TEST("two sockets with SO_REUSEADDR share a port") {
  Socket first = udp(), second = udp(), third = udp();
  EXPECT(first.set(SOL_SOCKET, SO_REUSEADDR, 1), 0);
  EXPECT(second.set(SOL_SOCKET, SO_REUSEADDR, 1), 0);
  EXPECT(first.bind(ipv4(20530)), 0);
  EXPECT(second.bind(ipv4(20530)), 0);
  EXPECT(third.bind(ipv4(20530)), WSAEADDRINUSE);
  EXPECT(first.close(), 0);
  EXPECT(third.bind(ipv4(20530)), WSAEADDRINUSE);
  EXPECT(second.close(), 0);
  EXPECT(third.bind(ipv4(20530)), 0);
}

TEST("bind with SO_REUSEADDR to the port of a socket without it fails with WSAEACCES") {
  Socket first = udp(), second = udp();
  EXPECT(first.bind(ipv4(20531)), 0);
  EXPECT(second.set(SOL_SOCKET, SO_REUSEADDR, 1), 0);
  EXPECT(second.bind(ipv4(20531)), WSAEACCES);
  EXPECT(second.set(SOL_SOCKET, SO_REUSEADDR, 0), 0);
  EXPECT(second.bind(ipv4(20531)), WSAEADDRINUSE);
}

TEST("SO_EXCLUSIVEADDRUSE keeps a port from sockets with SO_REUSEADDR, and excludes that option") {
  Socket first = tcp(), second = tcp();
  EXPECT(first.set(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), 0);
  EXPECT(first.set(SOL_SOCKET, SO_REUSEADDR, 1), WSAEINVAL);
  EXPECT(first.bind(ipv4(20537)), 0);
  int32_t value = 0;
  int length = sizeof value;
  EXPECT(Socket::errorOf(winsock.getsockopt(first.handle, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, &value, &length)), 0);
  EXPECT(value, 1);
  EXPECT(second.set(SOL_SOCKET, SO_REUSEADDR, 1), 0);
  EXPECT(second.set(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), WSAEINVAL);
  EXPECT(second.bind(ipv4(20537)), WSAEACCES);
  EXPECT(second.set(SOL_SOCKET, SO_REUSEADDR, 0), 0);
  EXPECT(second.set(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), 0);
  EXPECT(second.bind(ipv4(20537)), WSAEADDRINUSE);
}

TEST("bind to a specific address fails with WSAEACCES beside an exclusive wildcard address") {
  Socket first = tcp(), second = tcp();
  EXPECT(first.set(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), 0);
  EXPECT(first.bind(ipv4(20537, {0, 0, 0, 0})), 0);
  EXPECT(second.bind(ipv4(20537)), WSAEACCES);
  EXPECT(second.bind(ipv4(20537, {0, 0, 0, 0})), WSAEADDRINUSE);
  EXPECT(second.set(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), 0);
  EXPECT(second.bind(ipv4(20537)), WSAEACCES);
  EXPECT(first.close(), 0);
  EXPECT(second.bind(ipv4(20537)), 0);
}

TEST("bind with port 0 never takes a bound port, with or without SO_REUSEADDR") {
  Socket anchor = udp();
  const Instance block = anchor.acquired(20532, 2);
  Socket first = udp(), second = udp(), third = udp();
  for (Socket* socket : {&first, &second, &third}) {
    EXPECT(socket->set(SOL_SOCKET, SO_REUSEADDR, 1), 0);
    EXPECT(socket->associate(block.token), 0);
  }
  EXPECT(first.bind(ipv4(0)), 0);
  EXPECT(second.bind(ipv4(0)), 0);
  EXPECT_TRUE(first.port() != second.port());
  EXPECT(third.bind(ipv4(0)), WSAENOBUFS);
  EXPECT(third.bind(ipv4(20532)), 0);
}

TEST("'::' also takes the IPv4 port unless IPV6_V6ONLY is set, which is the default") {
  for (const bool isTcp : {true, false}) {
    const auto six = [&] { return isTcp ? tcp6() : udp6(); };
    const auto four = [&] { return isTcp ? tcp() : udp(); };
    Socket only = six(), beside = four(), dual = six(), late = four(), specific = six();
    EXPECT(only.bind(ipv6(20534, 0)), 0);
    EXPECT(beside.bind(ipv4(20534, {0, 0, 0, 0})), 0);
    EXPECT(specific.bind(ipv6(20534)), WSAEADDRINUSE);
    EXPECT(dual.set(IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
    EXPECT(dual.bind(ipv6(20534, 0)), WSAEADDRINUSE);
    EXPECT(dual.bind(ipv6(20535, 0)), 0);
    EXPECT(late.bind(ipv4(20535)), WSAEADDRINUSE);
    EXPECT(late.bind(ipv4(20536, {0, 0, 0, 0})), 0);
    EXPECT(specific.bind(ipv6(20536)), 0);
  }
}

TEST("IPV6_V6ONLY cannot be changed once the socket is bound, by bind or by connect") {
  const auto isOnly = [](const Socket& s) {
    int value = 0, length = sizeof value;
    EXPECT(winsock.getsockopt(s.handle, IPPROTO_IPV6, IPV6_V6ONLY, &value, &length), 0);
    return value;
  };
  for (const int only : {1, 0}) {
    Socket bound = tcp6(), connected = udp6();
    if (only == 0) EXPECT(bound.set(IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
    if (only == 0) EXPECT(connected.set(IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
    EXPECT(bound.bind(ipv6(0, 0)), 0);  // Linux sets the option for all other addresses
    EXPECT(connected.connect(ipv6(bound.port())), 0);
    for (Socket* s : {&bound, &connected}) {
      EXPECT(s->set(IPPROTO_IPV6, IPV6_V6ONLY, 1 - only), WSAEINVAL);
      EXPECT(isOnly(*s), only);
    }
  }
#ifndef _WIN32  // Wine takes one byte
  const char tooShort = 1;
  Socket s = udp6();
  EXPECT(Socket::errorOf(winsock.setsockopt(s.handle, IPPROTO_IPV6, IPV6_V6ONLY, &tooShort, sizeof tooShort)), WSAEFAULT);
#endif
}

TEST("listen on an unbound socket fails with WSAEINVAL") {
  Socket s = tcp();
  EXPECT(s.listen(), WSAEINVAL);
  EXPECT(s.bind(ipv4(20540)), 0);
  EXPECT(s.listen(), 0);
}

TEST("socket options have the numbers and layouts of Windows") {
  Socket s = tcp6();
  const auto get = [&](int level, int name) {
    int value = 0, length = sizeof value;
    EXPECT(winsock.getsockopt(s.handle, level, name, &value, &length), 0);
    return value;
  };
  EXPECT(get(IPPROTO_IPV6, IPV6_V6ONLY), 1);
  EXPECT(s.set(IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
  EXPECT(get(IPPROTO_IPV6, IPV6_V6ONLY), 0);
  EXPECT(get(SOL_SOCKET, 0x1008), 1);  // SO_TYPE
  EXPECT(s.set(SOL_SOCKET, SO_REUSEADDR, 1), 0);
  EXPECT(get(SOL_SOCKET, SO_REUSEADDR), 1);
  EXPECT(s.set(SOL_SOCKET, 0x1006, 1500), 0);  // SO_RCVTIMEO
  EXPECT(get(SOL_SOCKET, 0x1006), 1500);
  EXPECT(s.set(SOL_SOCKET, 0x7777, 1), WSAENOPROTOOPT);
}

TEST("other control codes reach the system") {
  Socket s = udp();
  uint32_t on = 1;
  DWORD bytes = 0;
  const auto ioctl = [&](DWORD code) {
    uint32_t out = 77;
    return Socket::errorOf(winsock.WSAIoctl(s.handle, code, &on, sizeof on, &out, sizeof out, &bytes, nullptr, nullptr));
  };
  EXPECT(ioctl(0x8004667E), 0);  // FIONBIO
  EXPECT(ioctl(0x4004667F), 0);  // FIONREAD
  EXPECT(ioctl(0x98000063), WSAEOPNOTSUPP);
  ULONG available = 77;
  EXPECT(winsock.ioctlsocket(s.handle, 0x4004667F, &available), 0);
  EXPECT(available, 0u);
}

TEST("a socket that Node bound is bound for bind, ASSOCIATE and listen as well") {
  Socket anchor = tcp(), s = tcp();
  const Instance block = anchor.acquired(20570, 2);
  bindBehindTheBack(s.handle);
  EXPECT(s.associate(block.token), WSAEINVAL);
  EXPECT(s.bind(ipv4(0)), WSAEINVAL);
  EXPECT(s.bind(ipv4(20570)), WSAEINVAL);
  EXPECT(s.bind(ipv6(0)), WSAEINVAL);
  EXPECT(s.listen(), 0);
}

TEST("a reused socket number is not mistaken for the old socket") {
  Socket anchor = tcp();
  [[maybe_unused]] const Instance block = anchor.acquired(20550, 10);
  const SOCKET number = anchor.handle;
  closeBehindTheBack(number);
  const auto foreign = static_cast<SOCKET>(openBehindTheBack());
  if (foreign == number) {
#ifndef _WIN32  // where no inode identifies a socket
    EXPECT(anchor.associate(block.token), WSAENOTSOCK);
    EXPECT(Socket::errorOf(winsock.closesocket(number)), WSAENOTSOCK);  // the socket is not the simulator's
#endif
  }
  closeBehindTheBack(foreign);
  Socket next = tcp();
  EXPECT(next.acquire(20550, 10), 0);
  if (next.handle == number) anchor.handle = INVALID_SOCKET;
}

TEST("a socket number that socket() returns again has no old state") {
  Socket first = tcp();
  const Instance block = first.acquired(20560, 10);
  EXPECT(first.associate(block.token), 0);
  EXPECT(first.bind(ipv4(0)), 0);
  closeBehindTheBack(std::exchange(first.handle, INVALID_SOCKET));
  Socket second = tcp();
  EXPECT(second.bind(ipv4(20569)), 0);
  EXPECT(second.port(), 20569);
  EXPECT(counts().runtimeReservations, 0u);
}

TEST("each thread has its own last error, which success does not change") {
  Socket s = tcp();
  std::thread([&] {
    EXPECT(s.listen(), WSAEINVAL);
    EXPECT(winsock.WSAGetLastError(), WSAEINVAL);
  }).join();
  EXPECT_TRUE(winsock.WSAGetLastError() != WSAEINVAL);
#ifndef _WIN32  // where a successful system call may change the last error
  winsock.WSASetLastError(4711);
  EXPECT(s.acquire(5000, 1), 0);
  EXPECT(winsock.WSAGetLastError(), 4711);
#endif
}

TEST("htons, htonl, ntohs and ntohl swap bytes") {
  EXPECT(winsock.htons(0x1234), 0x3412);
  EXPECT(winsock.htonl(0x12345678), 0x78563412u);
}
