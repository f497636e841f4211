// Hands a port over while another thread, which had bound it with SO_REUSEADDR before it was held, tries to listen on it all the
// time: late-listener <count>. Ends with 1 if a hand-over fails, or if that thread can listen.
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../native/holds.h"

static atomic_bool done;

static void fail(const char *what, int result) {
  fprintf(stderr, "%s: %d\n", what, result);
  exit(1);
}

static void *listen_in_vain(void *socket) {
  while (!done) {
    if (listen(*(int *)socket, 1) == 0) fail("the stranger listens", 0);
  }
  return NULL;
}

static void hand_over(uint64_t token, int family, const char *address, Purpose purpose) {
  Socket *user = NULL;
  int error = socket_open(family, SOCK_STREAM, &user);
  if (error == 0) error = socket_associate(user, token);
  if (error != 0) fail("socket_associate", error);
  Name name = {.any.sa_family = (sa_family_t)family};
  inet_pton(family, address, family == AF_INET ? (void *)&name.ipv4.sin_addr : (void *)&name.ipv6.sin6_addr);
  error = socket_bind(user, &name, 0);
  if (error != 0) fail(address, error);
  int fd = socket_hand_over(user, purpose);
  if (fd < 0) fail("socket_hand_over", fd);
  if (purpose == TO_LISTEN && listen(fd, 511) != 0) fail("listen", -errno);  // as Node does
  socket_free(user);
}

int main(int argc, char **argv) {
  long count = argc > 1 ? atol(argv[1]) : 1000;
  int test = holds_test();
  if (test != 0) fail("holds_test", test);
  int stranger = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  Name name = {.any.sa_family = AF_INET};
  socklen_t size = sizeof name;
  setsockopt(stranger, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(stranger, &name.any, sizeof name.ipv4) != 0) fail("bind", -errno);
  getsockname(stranger, &name.any, &size);
  uint16_t port = ntohs(name.ipv4.sin_port);

  Socket *anchor = NULL;
  uint64_t token = 0;
  int error = socket_open(AF_INET6, SOCK_STREAM, &anchor);
  if (error == 0) error = socket_acquire(anchor, port, port, 1, &token);
  if (error < 0) fail("socket_acquire", error);
  pthread_t thread;
  pthread_create(&thread, NULL, listen_in_vain, &stranger);
  for (long i = 0; i < count; i++) {
    Purpose purpose = i % 2 == 0 ? TO_LISTEN : TO_CONNECT;
    hand_over(token, AF_INET6, "::", purpose);
    hand_over(token, AF_INET, "0.0.0.0", purpose);
    hand_over(token, AF_INET, "127.0.0.1", purpose);
  }
  done = true;
  pthread_join(thread, NULL);
  socket_free(anchor);
  close(stranger);
  return 0;
}
