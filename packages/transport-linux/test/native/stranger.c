// Tries to take ports of others until its input ends: stranger <first> <count> [reuseport]. Binds each port for TCP and UDP at
// five addresses, with and without SO_REUSEADDR (and SO_REUSEPORT), and lets TCP sockets listen. Prints {"tries", "taken"}.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const ADDRESSES[] = {"0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1"};

static int try_port(const char *address, int port, int type, int reuse_addr, int reuse_port) {
  struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};
  int is_ipv6 = strchr(address, ':') != NULL;
  inet_pton(is_ipv6 ? AF_INET6 : AF_INET, address, is_ipv6 ? (void *)&ipv6.sin6_addr : (void *)&ipv4.sin_addr);
  int fd = socket(is_ipv6 ? AF_INET6 : AF_INET, type, 0);
  if (fd < 0) return 0;
  if (reuse_addr) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse_addr, sizeof reuse_addr);
  if (reuse_port) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &reuse_port, sizeof reuse_port);
  int taken = bind(fd, is_ipv6 ? (struct sockaddr *)&ipv6 : (struct sockaddr *)&ipv4, is_ipv6 ? sizeof ipv6 : sizeof ipv4) == 0;
  if (taken && type == SOCK_STREAM) listen(fd, 1);
  close(fd);
  return taken;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int first = atoi(argv[1]), count = atoi(argv[2]), reuse_port = argc > 3;
  long tries = 0, taken = 0;
  struct pollfd input = {.fd = 0, .events = POLLIN};
  puts("ready");
  fflush(stdout);
  while (poll(&input, 1, 0) == 0) {
    for (int port = first; port < first + count; port++) {
      for (unsigned i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++) {
        for (int way = 0; way < 4; way++) {
          tries++;
          taken += try_port(ADDRESSES[i], port, way & 2 ? SOCK_DGRAM : SOCK_STREAM, way & 1, reuse_port);
        }
      }
    }
  }
  printf("{\"tries\":%ld,\"taken\":%ld}\n", tries, taken);
  return 0;
}
