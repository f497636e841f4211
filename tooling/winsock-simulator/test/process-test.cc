#include <algorithm>
#include <chrono>
#include <random>
#include <sstream>
#include <thread>

#include "child-process.h"
#include "test-socket.h"

namespace {

void startWinsock() {
  WSADATA data;
  EXPECT(winsock.WSAStartup(0x0202, &data), 0);
}

[[noreturn]] void sleepUntilKilled() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace

// Acquires one block, posts its token and holds it.
ROLE("hold", arguments) {
  startWinsock();
  Socket anchor = tcp(), bound = tcp();
  const auto start = static_cast<uint16_t>(std::stoi(arguments[1]));
  const Instance block = anchor.acquired(start, static_cast<uint16_t>(std::stoi(arguments[2])));
  EXPECT(bound.associate(block.token), 0);
  EXPECT(bound.bind(ipv4(0)), 0);
  Mailbox::post(arguments[0], std::to_string(block.token));
  sleepUntilKilled();
}

// Acquires and releases blocks at random, then posts its remaining blocks and holds them.
ROLE("contend", arguments) {
  startWinsock();
  Socket anchor = tcp();
  std::mt19937 random(static_cast<unsigned>(std::stoi(arguments[1])));
  std::vector<Instance> blocks;
  for (int turn = 0; turn < std::stoi(arguments[2]); ++turn) {
    Instance block;
    const bool wildcard = random() % 2 == 0;
    const auto start = static_cast<uint16_t>(wildcard ? 0 : 30000 + random() % 900);
    const int error = anchor.acquire(start, static_cast<uint16_t>(1 + random() % 20), &block);
    if (error == 0) {
      blocks.push_back(block);
    } else {
      EXPECT(error, wildcard ? WSAENOBUFS : WSAEADDRINUSE);  // between them the processes may leave no room for a wildcard
    }
    if (blocks.size() > 8) {
      EXPECT(anchor.release(blocks.front().token), 0);
      blocks.erase(blocks.begin());
    }
  }
  std::ostringstream line;
  for (const Instance& block : blocks) line << block.start() << " " << block.numberOfPorts << " ";
  Mailbox::post(arguments[0], line.str());
  sleepUntilKilled();
}

// Acquires and releases as fast as possible, so that a kill is likely to hit while it holds the lock.
ROLE("churn", arguments) {
  startWinsock();
  Socket anchor = tcp();
  Mailbox::post(arguments[0], "started");
  for (;;) {
    Instance block;
    if (anchor.acquire(30000, 600, &block) == 0) EXPECT(anchor.release(block.token), 0);
  }
}

ROLE("use-persistent", arguments) {
  startWinsock();
  uint64_t token;
  EXPECT(winsock.LookupPersistentTcpPortReservation(__builtin_bswap16(25000), 10, &token), 0u);
  Socket s = tcp();
  EXPECT(s.associate(token), WSAEACCES);
  EXPECT(winsock.SetElevated(1), 0u);
  EXPECT(s.associate(token), 0);
  EXPECT(s.bind(ipv4(0)), 0);
  EXPECT(s.port(), 25000);
  Mailbox::post(arguments[0], "done");
  return 42;
}

TEST("3: the reservation of another process blocks its range until that process is killed") {
  Mailbox mailbox;
  ChildProcess holder("hold", {mailbox.path(), "25100", "20"});
  mailbox.waitForLines(1);
  Socket s = tcp(), plain = tcp();
  EXPECT(s.acquire(25119, 5), WSAEADDRINUSE);
  EXPECT(plain.bind(ipv4(25110)), WSAEACCES);
  EXPECT(counts().runtimeReservations, 0u);
  EXPECT(counts().runtimeReservationsOfAll, 1u);
  holder.kill();
  EXPECT(s.acquire(25100, 20), 0);
}

TEST("3: ports of a killed process can be bound, and its reservations are not counted") {
  Mailbox mailbox;
  ChildProcess holder("hold", {mailbox.path(), "25130", "20"});
  mailbox.waitForLines(1);
  holder.kill();
  Socket plain = tcp();
  EXPECT(plain.bind(ipv4(25135)), 0);
  EXPECT(counts().runtimeReservationsOfAll, 0u);
}

TEST("13: the runtime token of another process is refused with WSAEACCES") {
  Mailbox mailbox;
  ChildProcess holder("hold", {mailbox.path(), "25150", "20"});
  const uint64_t token = std::stoull(mailbox.waitForLines(1).front());
  Socket s = tcp(), datagram = udp();
  EXPECT(s.associate(token), WSAEACCES);
  EXPECT(s.release(token), WSAEACCES);
  EXPECT(datagram.release(token), WSAEINVAL);
  holder.kill();
  EXPECT(s.release(token), WSAEINVAL);
}

TEST("22: an elevated process uses a persistent reservation of another process") {
  EXPECT(winsock.SetElevated(1), 0u);
  uint64_t token;
  EXPECT(winsock.CreatePersistentTcpPortReservation(__builtin_bswap16(25000), 10, &token), 0u);
  Mailbox mailbox;
  ChildProcess user("use-persistent", {mailbox.path()});
  mailbox.waitForLines(1);
  EXPECT(user.wait(), 42);
  EXPECT(counts().persistentReservations, 1u);
}

TEST("eight contending processes never share a port, and all ports are free after they are killed") {
  EXPECT(winsock.SetDynamicRange(6, 30000, 1000), 0u);
  Mailbox mailbox;
  std::vector<ChildProcess> children;
  for (int child = 0; child < 8; ++child) children.push_back({"contend", {mailbox.path(), std::to_string(child), "500"}});
  std::vector<bool> taken(65536);
  unsigned blocks = 0;
  for (const std::string& line : mailbox.waitForLines(8)) {
    std::istringstream words(line);
    for (size_t start, count; words >> start >> count; ++blocks) {
      for (size_t port = start; port < start + count; ++port) {
        EXPECT_TRUE(!taken[port]);
        taken[port] = true;
      }
    }
  }
  EXPECT(counts().runtimeReservationsOfAll, blocks);
  Socket s = tcp();
  EXPECT(s.acquire(30000, 1000), WSAEADDRINUSE);
  children.clear();
  EXPECT(s.acquire(30000, 1000), 0);
}

TEST("a process that is killed while it holds the lock leaves the pool usable") {
  Socket s = tcp();
  for (int turn = 0; turn < 10; ++turn) {
    Mailbox mailbox;
    ChildProcess churner("churn", {mailbox.path()});
    mailbox.waitForLines(1);
    std::this_thread::sleep_for(std::chrono::microseconds(100 + 370 * turn));
    churner.kill();
    const Instance block = s.acquired(30000, 600);
    EXPECT(counts().runtimeReservationsOfAll, 1u);
    EXPECT(s.release(block.token), 0);
    EXPECT(s.acquired(0, 20).start(), 49152);
    EXPECT(winsock.Reset(), 0u);
  }
}
