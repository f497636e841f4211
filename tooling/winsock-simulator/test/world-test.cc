#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include "behind-the-back.h"
#include "child-process.h"
#include "test-socket.h"

namespace {

void setWorld(const char* description) { EXPECT(winsock.SetWorld(description), 0u); }

uint16_t net(uint16_t port) { return __builtin_bswap16(port); }

// Makes an ASSOCIATE or RELEASE and returns its bytesReturned.
DWORD bytesOf(Socket& s, DWORD code, uint64_t token) {
  DWORD bytes = 77;
  EXPECT(Socket::errorOf(winsock.WSAIoctl(s.handle, code, &token, sizeof token, nullptr, 0, &bytes, nullptr, nullptr)), 0);
  return bytes;
}

}  // namespace

TEST("SetWorld refuses a point or an answer that does not exist, and changes nothing") {
  setWorld("rangeTaken=WSAEACCES");
  for (const char* wrong : {"rangeTaken", "rangeTaken=", "=WSAEACCES", "rangeTaken=WSAEINVAL", "unknown=success",
                            "rangeTaken=WSAEADDRINUSE,secondAcquire=never", ",rangeTaken=WSAEADDRINUSE"}) {
    EXPECT(winsock.SetWorld(wrong), 87u);
  }
  EXPECT(winsock.SetWorld(nullptr), 87u);
  Socket s = tcp();
  EXPECT(s.acquire(5000, 20), 0);
  EXPECT(s.acquire(5000, 20), WSAEACCES);
  setWorld("");
  EXPECT(s.acquire(5000, 20), WSAEADDRINUSE);
}

TEST("a world gives the error of each refusal of ACQUIRE") {
  setWorld("wildcardRefused=WSAEADDRNOTAVAIL,rangeTaken=WSAEACCES,acquireOnBound=WSAEINVAL,secondAcquire=WSAEINVAL");
  EXPECT(winsock.SetDynamicRange(17, 21500, 10), 0u);
  EXPECT(winsock.AddExclusion(17, 21550, 1), 0u);
  Socket bound = udp(), first = udp(), other = udp();
  EXPECT(bound.bind(ipv4(21509)), 0);
  EXPECT(bound.acquire(0, 1), WSAEINVAL);
  const Instance block = first.acquired(21500, 5);
  EXPECT(first.acquire(21520, 1), WSAEINVAL);
  EXPECT(first.release(block.token), 0);
  EXPECT(first.acquire(21520, 1), WSAEINVAL);
  for (const uint16_t taken : {uint16_t{21509}, uint16_t{21550}}) EXPECT(other.acquire(taken, 1), WSAEACCES);
  EXPECT(other.acquire(0, 10), WSAEADDRNOTAVAIL);
  EXPECT(other.acquire(0, 9), 0);
}

TEST("a world gives the error of each refusal of bind") {
  setWorld(
      "blockExhausted=WSAEACCES,blockPortInUse=WSAEACCES,portOutsideBlock=WSAEADDRNOTAVAIL,runtimePortRefused=WSAEADDRINUSE,"
      "persistentPortRefused=WSAEADDRINUSE,bindAfterEnd=WSAEADDRNOTAVAIL");
  EXPECT(winsock.SetElevated(1), 0u);
  uint64_t persistent;
  EXPECT(winsock.CreatePersistentUdpPortReservation(net(21610), 1, &persistent), 0u);
  Socket anchor = udp(), inside = udp(), late = udp(), plain = udp();
  const Instance block = anchor.acquired(21600, 1);
  for (Socket* s : {&inside, &late}) EXPECT(s->associate(block.token), 0);
  EXPECT(plain.bind(ipv4(21600)), WSAEADDRINUSE);
  EXPECT(plain.bind(ipv4(21610)), WSAEADDRINUSE);
  EXPECT(inside.bind(ipv4(21601)), WSAEADDRNOTAVAIL);
  EXPECT(inside.bind(ipv4(21600)), 0);
  EXPECT(late.bind(ipv4(21600)), WSAEACCES);
  EXPECT(late.bind(ipv4(0)), WSAEACCES);
  EXPECT(anchor.close(), 0);
  EXPECT(late.bind(ipv4(0)), WSAEADDRNOTAVAIL);
  EXPECT(late.bind(ipv4(21600)), WSAEADDRNOTAVAIL);
}

TEST("a world tells unknown tokens from ended ones") {
  setWorld("unknownToken=WSAEADDRNOTAVAIL,endedToken=WSAEACCES");
  Socket s = tcp(), other = udp();
  const uint64_t token = s.acquired(5000, 20).token;
  EXPECT(other.associate(token), WSAEADDRNOTAVAIL);  // never given to UDP
  EXPECT(s.associate(token + 1), WSAEADDRNOTAVAIL);
  EXPECT(s.associate(0), WSAEADDRNOTAVAIL);
  EXPECT(s.release(token), 0);
  EXPECT(s.associate(token), WSAEACCES);
  EXPECT(s.release(token), WSAEACCES);
  EXPECT(other.associate(token), WSAEADDRNOTAVAIL);
  EXPECT(winsock.SetElevated(1), 0u);
  uint64_t persistent;
  EXPECT(winsock.CreatePersistentTcpPortReservation(net(5000), 20, &persistent), 0u);
  EXPECT(s.release(persistent), WSAEADDRNOTAVAIL);
  EXPECT(winsock.DeletePersistentTcpPortReservation(net(5000), 20), 0u);
  EXPECT(s.associate(persistent), WSAEACCES);
}

TEST("a world gives the answer to ASSOCIATE on a bound socket") {
  Socket anchor = udp(), bound = udp();
  const uint64_t token = anchor.acquired(21620, 5).token;
  EXPECT(bound.bind(ipv4(21630)), 0);
  setWorld("boundSocketAssociated=WSAEACCES");
  EXPECT(bound.associate(token), WSAEACCES);
  setWorld("boundSocketAssociated=ignored,bytesReturned=8");
  EXPECT(bytesOf(bound, kAssociate, token), 8u);
  EXPECT(bound.port(), 21630);
}

TEST("a world gives bytesReturned of ASSOCIATE and RELEASE") {
  Socket anchor = udp();
  for (const auto& [world, bytes] : {std::pair{"bytesReturned=8", 8u}, std::pair{"bytesReturned=16", 16u}}) {
    setWorld(world);
    const uint64_t token = anchor.acquired(21640, 5).token;
    EXPECT(bytesOf(anchor, kAssociate, token), bytes);
    EXPECT(bytesOf(anchor, kRelease, token), bytes);
  }
}

TEST("18: a block is served only after its anchor is associated, where the world says so") {
  setWorld("blockServed=anchor-associated");
  Socket anchor = udp(), s = udp();
  const uint64_t token = anchor.acquired(21650, 2).token;
  EXPECT(s.associate(token), 0);
  EXPECT(s.bind(ipv4(0)), WSAENOBUFS);
  EXPECT(s.bind(ipv4(21650)), WSAEACCES);
  EXPECT(anchor.associate(token), 0);
  EXPECT(s.bind(ipv4(21650)), 0);
}

TEST("18: a block is served only after its anchor is bound, where the world says so") {
  setWorld("blockServed=anchor-bound");
  Socket anchor = udp(), s = udp();
  const uint64_t token = anchor.acquired(21660, 2).token;
  EXPECT(s.associate(token), 0);
  EXPECT(anchor.associate(token), 0);
  EXPECT(s.bind(ipv4(0)), WSAENOBUFS);
  EXPECT(s.bind(ipv4(21661)), WSAEACCES);
  EXPECT(anchor.bind(ipv4(0)), 0);
  EXPECT(anchor.port(), 21660);
  EXPECT(s.bind(ipv4(0)), 0);
  EXPECT(s.port(), 21661);
}

TEST("19: a token serves only the family of its anchor, where the world says so") {
  setWorld("tokenServes=anchor-family,unknownToken=WSAEADDRNOTAVAIL");
  Socket anchor = udp(), four = udp(), six = udp6(), anchor6 = udp6();
  const uint64_t token = anchor.acquired(21670, 2).token;
  EXPECT(four.associate(token), 0);
  EXPECT(six.associate(token), WSAEADDRNOTAVAIL);
  const uint64_t token6 = anchor6.acquired(21672, 2).token;
  EXPECT(six.associate(token6), 0);
  EXPECT(four.associate(token6), WSAEADDRNOTAVAIL);
}

TEST("19: IPv4 and IPv6 have two pools, where the world says so") {
  setWorld("familyPools=two");
  Socket four = udp(), six = udp6(), plain = udp(), plain6 = udp6(), second6 = udp6();
  EXPECT(four.acquire(21680, 10), 0);
  EXPECT(plain6.bind(ipv6(21680)), 0);                // IPv6 is not reserved
  EXPECT(plain.bind(ipv4(21680)), WSAEACCES);
  EXPECT(six.acquire(21685, 10), WSAEADDRINUSE);      // an IPv6 anchor takes both families
  EXPECT(six.acquire(21690, 10), 0);
  EXPECT(four.acquire(21690, 1), WSAEADDRINUSE);
  EXPECT(plain.bind(ipv4(21700)), 0);
  EXPECT(second6.bind(ipv6(21701)), 0);
  EXPECT(four.acquire(21701, 1), 0);                  // bound for IPv6 only
  EXPECT(four.acquire(21700, 1), WSAEADDRINUSE);
  EXPECT(six.acquire(21701, 1), WSAEADDRINUSE);
}

TEST("19: a port of two pools is free for IPv4 once its IPv4 socket is closed") {
  setWorld("familyPools=two");
  Socket anchor = udp(), four = udp(), six = udp6();
  EXPECT(four.bind(ipv4(21710)), 0);
  EXPECT(six.bind(ipv6(21710)), 0);
  EXPECT(anchor.acquire(21710, 1), WSAEADDRINUSE);
  closeBehindTheBack(std::exchange(four.handle, INVALID_SOCKET));
  EXPECT(anchor.acquire(21710, 1), 0);
  EXPECT(six.close(), 0);
}

TEST("11: RELEASE of a block with a bound socket fails where the world says so, and the block ends with its anchor") {
  setWorld("releaseWhileBound=WSAEACCES");
  Socket anchor = udp(), s = udp();
  const uint64_t token = anchor.acquired(21720, 2).token;
  EXPECT(s.associate(token), 0);
  EXPECT(s.bind(ipv4(0)), 0);
  EXPECT(anchor.release(token), WSAEACCES);
  EXPECT(counts().runtimeReservations, 1u);
  EXPECT(anchor.close(), 0);
  EXPECT(counts().runtimeReservations, 0u);
}

TEST("3: RELEASE through another socket fails where the world says so") {
  setWorld("releaseThroughOther=WSAEINVAL");
  Socket anchor = udp(), other = udp();
  const uint64_t token = anchor.acquired(21730, 2).token;
  EXPECT(other.release(token), WSAEINVAL);
  EXPECT(anchor.release(token), 0);
}

TEST("15: wildcards lie above 1023 where the world says so") {
  setWorld("wildcardPlace=above-1023");
  Socket s = tcp();
  EXPECT(s.acquired(0, 20).start(), 1024);
  EXPECT(s.acquired(0, 20).start(), 1044);
}

TEST("4: bind with port 0 takes the ports of a block in the order of the world") {
  setWorld("portOrder=next");
  Socket anchor = udp();
  const uint64_t token = anchor.acquired(21740, 3).token;
  for (const int next : {0, 1, 2, 0}) {
    Socket s = udp();
    EXPECT(s.associate(token), 0);
    EXPECT(s.bind(ipv4(0)), 0);
    EXPECT(s.port(), 21740 + next);
  }
  setWorld("portOrder=random");
  std::vector<Socket> sockets;
  for (int index = 0; index < 3; ++index) {
    Socket& s = sockets.emplace_back(udp());
    EXPECT(s.associate(token), 0);
    EXPECT(s.bind(ipv4(0)), 0);
  }
  Socket fourth = udp();
  EXPECT(fourth.associate(token), 0);
  EXPECT(fourth.bind(ipv4(0)), WSAENOBUFS);
}

TEST("4: random order starts at every port of a block") {
  setWorld("portOrder=random");
  Socket anchor = udp();
  const uint64_t token = anchor.acquired(21750, 4).token;
  bool seen[4]{};
  for (int turn = 0; turn < 200; ++turn) {
    Socket s = udp();
    EXPECT(s.associate(token), 0);
    EXPECT(s.bind(ipv4(0)), 0);
    seen[s.port() - 21750] = true;
  }
  for (const bool one : seen) EXPECT_TRUE(one);
}

TEST("20: create over an exclusion succeeds where the world says so") {
  setWorld("createOverExclusion=success");
  EXPECT(winsock.SetElevated(1), 0u);
  EXPECT(winsock.AddExclusion(17, 21760, 5), 0u);
  uint64_t token;
  EXPECT(winsock.CreatePersistentUdpPortReservation(net(21758), 5, &token), 0u);
  EXPECT(winsock.CreatePersistentUdpPortReservation(net(21762), 5, &token), 32u);
}

TEST("21: lookup without elevation fails where the world says so") {
  setWorld("lookupUnelevated=ERROR_ACCESS_DENIED");
  uint64_t token;
  EXPECT(winsock.LookupPersistentUdpPortReservation(net(21770), 5, &token), 5u);
  EXPECT(winsock.SetElevated(1), 0u);
  EXPECT(winsock.LookupPersistentUdpPortReservation(net(21770), 5, &token), 1168u);
}

ROLE("taken", arguments) {
  WSADATA data;
  EXPECT(winsock.WSAStartup(0x0202, &data), 0);
  Socket s = tcp();
  EXPECT(s.acquire(5000, 20), WSAEACCES);
  EXPECT(s.associate(std::stoull(arguments[0])), WSAEADDRNOTAVAIL);
  return 42;
}

TEST("all processes of a pool are in its world") {
  setWorld("rangeTaken=WSAEACCES,foreignToken=WSAEADDRNOTAVAIL");
  Socket s = tcp();
  const Instance block = s.acquired(5000, 20);
  EXPECT(ChildProcess("taken", {std::to_string(block.token)}).wait(), 42);
}

ROLE("start-in", arguments) {
#ifdef _WIN32
  _putenv_s("WINSOCK_SIMULATOR_WORLD", arguments[1].c_str());
#else
  setenv("WINSOCK_SIMULATOR_WORLD", arguments[1].c_str(), 1);
#endif
  EXPECT(winsock.UsePool(arguments[0].c_str()), 0u);
  WSADATA data;
  const int error = winsock.WSAStartup(0x0202, &data);
  if (error != 0) return error == WSASYSNOTREADY ? 43 : 1;
  Socket s = tcp();
  EXPECT(s.acquire(5000, 20), 0);
  const bool answers = s.acquire(5000, 20) == WSAEACCES;
  EXPECT(s.close(), 0);
  EXPECT(winsock.WSACleanup(), 0);
  EXPECT(winsock.DestroyPool(nullptr), 0u);
  return answers ? 42 : 1;
}

TEST("a new pool takes its world from WINSOCK_SIMULATOR_WORLD, and is not made if that is malformed") {
  const char* pool = std::getenv("WINSOCK_SIMULATOR_POOL");
  const std::string name = std::string(pool == nullptr ? "default" : pool) + "-new";
  EXPECT(ChildProcess("start-in", {name, "rangeTaken=WSAEACCES"}).wait(), 42);
  EXPECT(ChildProcess("start-in", {name, "rangeTaken=never"}).wait(), 43);
  winsock.DestroyPool(name.c_str());
}
