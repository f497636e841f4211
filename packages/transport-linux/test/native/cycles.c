// Uses the table of holds without Node, in four threads: cycles <cycles>. Ends with 1 if anything is left.
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../native/holds.h"

enum { THREADS = 4, PORTS = 4 };

static void fail(const char *what, int result) {
  fprintf(stderr, "%s: %d\n", what, result);
  exit(1);
}

static Socket *open_socket(int family, int type) {
  Socket *opened = NULL;
  int error = socket_open(family, type, &opened);
  if (error != 0) fail("socket_open", error);
  return opened;
}

// Hands one port over and takes it back.
static void use(uint64_t token, int family, int type, const char *address, Purpose purpose, int is_adopted) {
  Socket *user = open_socket(family, type);
  if (socket_associate(user, token) != 0) fail("socket_associate", 0);
  Name name = {.any.sa_family = (sa_family_t)family};
  inet_pton(family, address, family == AF_INET ? (void *)&name.ipv4.sin_addr : (void *)&name.ipv6.sin6_addr);
  int error = socket_bind(user, &name, 0);
  if (error != 0) fail(address, error);
  int fd = socket_hand_over(user, purpose);
  if (fd < 0) fail("socket_hand_over", fd);
  if (is_adopted) {
    socket_disown(user);
    close(fd);
  }
  socket_free(user);
}

static void *run(void *cycles) {
  for (long i = 0; i < (long)cycles; i++) {
    int type = i % 2 == 0 ? SOCK_STREAM : SOCK_DGRAM;
    Purpose purpose = type == SOCK_DGRAM ? TO_RECEIVE : i % 4 == 0 ? TO_LISTEN : TO_CONNECT;
    Socket *anchor = open_socket(AF_INET, type);
    uint64_t token = 0;
    int first = socket_acquire(anchor, 20000, 65535, PORTS, &token);
    if (first < 0) fail("socket_acquire", first);
    use(token, AF_INET, type, "127.0.0.1", purpose, i % 3 == 0);
    use(token, AF_INET6, type, "::", purpose, i % 3 == 1);
    use(token, AF_INET, type, "0.0.0.0", purpose, i % 3 == 2);
    // The hold ends before its user.
    Socket *user = open_socket(AF_INET6, type);
    socket_associate(user, token);
    Name any = {.any.sa_family = AF_INET6};
    int error = socket_bind(user, &any, 0);
    if (error != 0) fail("bind", error);
    if (i % 5 == 0) socket_release(user, token);
    socket_free(anchor);
    socket_free(user);
  }
  return NULL;
}

int main(int argc, char **argv) {
  long cycles = argc > 1 ? atol(argv[1]) : 1000;
  int test = holds_test();
  if (test != 0) fail("holds_test", test);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, run, (void *)(cycles / THREADS));
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  Counts left = holds_count();
  if (left.sockets + left.holds + left.ports + left.uses > 0) fail("left over", (int)left.sockets);
  return 0;
}
