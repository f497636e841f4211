#include "behind-the-back.h"
#include "test-socket.h"

TEST("4: bind with port 0 takes the lowest free port of the block, and fails with WSAENOBUFS if none is free") {
  Socket anchor = udp();
  const Instance block = anchor.acquired(21000, 3);
  Socket first = udp(), second = udp(), third = udp(), fourth = udp();
  for (Socket* s : {&first, &second, &third, &fourth}) EXPECT(s->associate(block.token), 0);
  EXPECT(first.bind(ipv4(0)), 0);
  EXPECT(first.port(), 21000);
  EXPECT(second.bind(ipv4(0)), 0);
  EXPECT(second.port(), 21001);
  EXPECT(first.close(), 0);
  EXPECT(third.bind(ipv4(0)), 0);
  EXPECT(third.port(), 21000);
  EXPECT(fourth.bind(ipv4(0)), 0);
  EXPECT(fourth.port(), 21002);
  Socket fifth = udp();
  EXPECT(fifth.associate(block.token), 0);
  EXPECT(fifth.bind(ipv4(0)), WSAENOBUFS);
}

TEST("4: bind gets a port again after its socket is closed without a call to the simulator") {
  Socket anchor = udp();
  const Instance block = anchor.acquired(21010, 1);
  for (int turn = 0; turn < 3; ++turn) {
    Socket s = udp();
    EXPECT(s.associate(block.token), 0);
    EXPECT(s.bind(ipv4(0)), 0);
    EXPECT(s.port(), 21010);
    closeBehindTheBack(std::exchange(s.handle, INVALID_SOCKET));
  }
}

TEST("4: bind with port 0 skips a port that only the real system knows to be taken") {
  Socket foreign = udp();
  EXPECT(foreign.bind(ipv4(21020)), 0);
  EXPECT(winsock.Reboot(), 0u);  // the pool forgets the port, the real system does not
  Socket anchor = udp(), s = udp();
  EXPECT(s.associate(anchor.acquired(21020, 2).token), 0);
  EXPECT(s.bind(ipv4(0)), 0);
  EXPECT(s.port(), 21021);
}

TEST("5: several associated sockets bind specific ports of the block") {
  Socket anchor = udp();
  const Instance block = anchor.acquired(21030, 10);
  Socket first = udp(), second = udp();
  EXPECT(first.associate(block.token), 0);
  EXPECT(second.associate(block.token), 0);
  EXPECT(first.bind(ipv4(21035)), 0);
  EXPECT(second.bind(ipv4(21035)), WSAEADDRINUSE);
  EXPECT(second.bind(ipv4(21039)), 0);
  EXPECT(second.port(), 21039);
}

TEST("5: an anchor associates with its own reservation and binds") {
  Socket anchor = tcp();
  const Instance block = anchor.acquired(21040, 10);
  EXPECT(anchor.associate(block.token), 0);
  EXPECT(anchor.bind(ipv4(0)), 0);
  EXPECT(anchor.port(), 21040);
  EXPECT(anchor.listen(), 0);
}

TEST("5: connect without bind takes a port of the associated block") {
  Socket anchor = tcp(), server = tcp(), client = tcp();
  const Instance block = anchor.acquired(21050, 10);
  EXPECT(server.associate(block.token), 0);
  EXPECT(server.bind(ipv4(21059)), 0);
  EXPECT(server.listen(), 0);
  EXPECT(client.associate(block.token), 0);
  EXPECT(client.connect(ipv4(21059)), 0);
  EXPECT(client.port(), 21050);
  Address peer;
  peer.length = 28;
  EXPECT(winsock.getpeername(client.handle, peer.bytes.data(), &peer.length), 0);
  EXPECT(peer.port(), 21059);
}

TEST("6: bind to a port outside the block fails with WSAEINVAL") {
  Socket anchor = udp(), s = udp(), other = udp();
  EXPECT(other.acquire(21070, 10), 0);
  EXPECT(s.associate(anchor.acquired(21060, 10).token), 0);
  EXPECT(s.bind(ipv4(21059)), WSAEINVAL);
  EXPECT(s.bind(ipv4(21070)), WSAEINVAL);
  EXPECT(s.bind(ipv4(21069)), 0);
}

TEST("11: after RELEASE, bound sockets keep their ports and the other ports return to the pool") {
  Socket anchor = udp(), s = udp(), other = udp();
  const Instance block = anchor.acquired(21080, 10);
  EXPECT(s.associate(block.token), 0);
  EXPECT(s.bind(ipv4(21085)), 0);
  EXPECT(anchor.release(block.token), 0);
  EXPECT(s.port(), 21085);
  EXPECT(other.acquire(21080, 10), WSAEADDRINUSE);
  EXPECT(other.acquire(21080, 5), 0);
  EXPECT(other.acquire(21086, 4), 0);
}

TEST("13: bind of an associated socket fails with WSAEINVAL after the reservation has ended") {
  Socket anchor = udp(), s = udp();
  const Instance block = anchor.acquired(21090, 10);
  EXPECT(s.associate(block.token), 0);
  EXPECT(anchor.release(block.token), 0);
  EXPECT(s.bind(ipv4(0)), WSAEINVAL);
  EXPECT(s.bind(ipv4(21095)), WSAEINVAL);
  EXPECT(s.connect(ipv4(9)), WSAEINVAL);
  EXPECT(s.associate(anchor.acquired(21090, 10).token), 0);
  EXPECT(s.bind(ipv4(0)), 0);
}

TEST("13: ASSOCIATE on a bound socket fails with WSAEINVAL") {
  Socket anchor = udp(), s = udp();
  const Instance block = anchor.acquired(21100, 10);
  EXPECT(s.bind(ipv4(21110)), 0);
  EXPECT(s.associate(block.token), WSAEINVAL);
}

TEST("a second ASSOCIATE replaces the first") {
  Socket anchor = udp(), s = udp();
  const Instance first = anchor.acquired(21120, 5), second = anchor.acquired(21130, 5);
  EXPECT(s.associate(first.token), 0);
  EXPECT(s.associate(second.token), 0);
  EXPECT(s.bind(ipv4(21120)), WSAEINVAL);
  EXPECT(s.bind(ipv4(0)), 0);
  EXPECT(s.port(), 21130);
}
