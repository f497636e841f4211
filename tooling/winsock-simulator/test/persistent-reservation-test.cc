#include "test-socket.h"

namespace {

uint16_t net(uint16_t port) { return __builtin_bswap16(port); }

uint64_t created(uint16_t start, uint16_t count) {
  uint64_t token = 0;
  EXPECT(winsock.CreatePersistentUdpPortReservation(net(start), count, &token), 0u);
  EXPECT_TRUE(token > uint64_t{1} << 53);
  return token;
}

}  // namespace

TEST("20: create refuses zero and ranges past the end with ERROR_INVALID_PARAMETER") {
  EXPECT(winsock.SetElevated(1), 0u);
  uint64_t token;
  EXPECT(winsock.CreatePersistentTcpPortReservation(0, 5, &token), 87u);
  EXPECT(winsock.CreatePersistentTcpPortReservation(net(5000), 0, &token), 87u);
  EXPECT(winsock.CreatePersistentTcpPortReservation(net(65535), 2, &token), 87u);
  EXPECT(winsock.CreatePersistentTcpPortReservation(net(5000), 5, nullptr), 87u);
  EXPECT(winsock.CreatePersistentTcpPortReservation(net(65535), 1, &token), 0u);
}

TEST("20: create without elevation fails with ERROR_ACCESS_DENIED") {
  uint64_t token;
  EXPECT(winsock.CreatePersistentTcpPortReservation(net(5000), 5, &token), 5u);
  EXPECT(winsock.CreatePersistentTcpPortReservation(0, 5, &token), 87u);
}

TEST("20: create over a bound port, a reservation or an exclusion fails with ERROR_SHARING_VIOLATION") {
  EXPECT(winsock.SetElevated(1), 0u);
  uint64_t token;
  created(22000, 10);
  EXPECT(winsock.CreatePersistentUdpPortReservation(net(22009), 5, &token), 32u);
  EXPECT(winsock.CreatePersistentTcpPortReservation(net(22009), 5, &token), 0u);
  Socket bound = udp(), anchor = udp();
  EXPECT(bound.bind(ipv4(22015)), 0);
  EXPECT(winsock.CreatePersistentUdpPortReservation(net(22010), 10, &token), 32u);
  EXPECT(anchor.acquire(22020, 10), 0);
  EXPECT(winsock.CreatePersistentUdpPortReservation(net(22025), 1, &token), 32u);
  EXPECT(anchor.acquire(22005, 1), WSAEADDRINUSE);
  EXPECT(winsock.AddExclusion(17, 22030, 5), 0u);
  EXPECT(winsock.CreatePersistentUdpPortReservation(net(22034), 5, &token), 32u);
}

TEST("21: lookup and delete of any range but the created one fail with ERROR_NOT_FOUND") {
  EXPECT(winsock.SetElevated(1), 0u);
  const uint64_t token = created(22100, 10);
  uint64_t found = 0;
  EXPECT(winsock.LookupPersistentUdpPortReservation(net(22100), 10, &found), 0u);
  EXPECT(found, token);
  EXPECT(winsock.LookupPersistentUdpPortReservation(net(22100), 9, &found), 1168u);
  EXPECT(winsock.LookupPersistentUdpPortReservation(net(22101), 9, &found), 1168u);
  EXPECT(winsock.LookupPersistentTcpPortReservation(net(22100), 10, &found), 1168u);
  EXPECT(winsock.LookupPersistentUdpPortReservation(0, 10, &found), 87u);
  EXPECT(winsock.LookupPersistentUdpPortReservation(net(22100), 0, &found), 87u);
  EXPECT(winsock.DeletePersistentUdpPortReservation(net(22100), 9), 1168u);
  EXPECT(winsock.DeletePersistentUdpPortReservation(0, 9), 87u);
  EXPECT(winsock.DeletePersistentUdpPortReservation(net(22100), 10), 0u);
  EXPECT(winsock.DeletePersistentUdpPortReservation(net(22100), 10), 1168u);
  EXPECT(winsock.LookupPersistentUdpPortReservation(net(22100), 10, &found), 1168u);
}

TEST("21: lookup does not find a runtime reservation") {
  EXPECT(winsock.SetElevated(1), 0u);
  Socket anchor = tcp();
  EXPECT(anchor.acquire(22150, 10), 0);
  uint64_t found;
  EXPECT(winsock.LookupPersistentTcpPortReservation(net(22150), 10, &found), 1168u);
  EXPECT(winsock.DeletePersistentTcpPortReservation(net(22150), 10), 1168u);
}

TEST("21: delete needs elevation, lookup does not") {
  EXPECT(winsock.SetElevated(1), 0u);
  const uint64_t token = created(22200, 10);
  EXPECT(winsock.SetElevated(0), 0u);
  uint64_t found = 0;
  EXPECT(winsock.LookupPersistentUdpPortReservation(net(22200), 10, &found), 0u);
  EXPECT(found, token);
  EXPECT(winsock.DeletePersistentUdpPortReservation(net(22200), 10), 5u);
}

TEST("14: ASSOCIATE with a persistent token fails with WSAEACCES without elevation, and succeeds with it") {
  EXPECT(winsock.SetElevated(1), 0u);
  const uint64_t token = created(22300, 2);
  EXPECT(winsock.SetElevated(0), 0u);
  Socket s = udp(), plain = udp(), stream = tcp();
  EXPECT(s.associate(token), WSAEACCES);
  EXPECT(plain.bind(ipv4(22300)), WSAEACCES);
  EXPECT(winsock.SetElevated(1), 0u);
  EXPECT(stream.associate(token), WSAEINVAL);
  EXPECT(s.associate(token), 0);
  EXPECT(s.bind(ipv4(0)), 0);
  EXPECT(s.port(), 22300);
}

TEST("RELEASE of a persistent token fails with WSAEINVAL") {
  EXPECT(winsock.SetElevated(1), 0u);
  const uint64_t token = created(22400, 10);
  Socket s = udp();
  EXPECT(s.release(token), WSAEINVAL);
  EXPECT(counts().persistentReservations, 1u);
}

TEST("23: a reboot changes the tokens of persistent reservations and ends runtime reservations") {
  EXPECT(winsock.SetElevated(1), 0u);
  const uint64_t token = created(22500, 10);
  Socket anchor = udp();
  EXPECT(anchor.acquire(22510, 10), 0);
  EXPECT(winsock.Reboot(), 0u);
  EXPECT(anchor.acquire(22530, 10), WSAENOTSOCK);
  uint64_t found = token;
  EXPECT(winsock.LookupPersistentUdpPortReservation(net(22500), 10, &found), 0u);
  EXPECT_TRUE(found != token);
  Socket s = udp();
  EXPECT(s.associate(token), WSAEINVAL);
  EXPECT(s.associate(found), 0);
  EXPECT(s.acquire(22510, 10), 0);
}
