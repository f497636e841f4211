// Ports of Linux that this process holds, and the sockets that use them. All functions can be called from any thread. They
// return a negative errno where they fail.
#ifndef WINPORT_HOLDS_H
#define WINPORT_HOLDS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Socket Socket;

typedef union {
  struct sockaddr any;
  struct sockaddr_in ipv4;
  struct sockaddr_in6 ipv6;
} Name;

enum { REUSE_ADDR = 1, IPV6_ONLY = 2 };

typedef enum { TO_LISTEN, TO_CONNECT, TO_RECEIVE } Purpose;

// What the self-test tried when it failed, in this order.
enum { TEST_HOLD = 1, TEST_REFUSAL, TEST_MOVE, TEST_MOVED_REFUSAL, TEST_TAKE, TEST_RESET };

// Tries the mechanism on one TCP and one UDP port. Returns 0, or the failed step * 4096 + errno.
int holds_test(void);

int socket_open(int family, int type, Socket **opened);
// Ends the socket and the holds that were acquired on it, unless Node has adopted it.
int socket_close(Socket *socket);
// Also frees the memory. Of an adopted socket: Node has closed the descriptor, and the port is held as before.
void socket_free(Socket *socket);

// Takes `count` consecutive ports, the lowest run from `from` to `to`. Returns the first port.
int socket_acquire(Socket *socket, uint16_t from, uint16_t to, uint16_t count, uint64_t *token);
int socket_associate(Socket *socket, uint64_t token);
int socket_release(Socket *socket, uint64_t token);

int socket_bind(Socket *socket, Name *name, unsigned flags);
int socket_name(Socket *socket, Name *name);
// Prepares the bound socket for its purpose. Returns the descriptor, which still belongs to the socket.
int socket_hand_over(Socket *socket, Purpose purpose);
// Node owns the descriptor from now on.
void socket_disown(Socket *socket);
bool socket_is_adopted(const Socket *socket);

// For tests: what is open, also adopted sockets.
typedef struct {
  uint32_t sockets, holds, ports, uses;
} Counts;
Counts holds_count(void);

#endif
