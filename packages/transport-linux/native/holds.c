#define _GNU_SOURCE
#include "holds.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// A port is held by a socket without SO_REUSEADDR and SO_REUSEPORT that is bound to '::' (0.0.0.0 without IPv6) and does not
// listen: every other bind to the port fails, whatever its address and options, and the ephemeral allocator skips the port.
//
// The kernel compares ports only between sockets on the same device, or where one of them is on no device. So a holder that was
// bound on no device and moved to a device that does not exist still conflicts with every ordinary socket, but not with a socket
// of ours on the loopback device (inet_bind_conflict, udp_lib_lport_inuse).

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif

enum { NO_DEVICE = 0, LOOPBACK_DEVICE = 1, MISSING_DEVICE = 0x7fffffff };

// How a socket got its port.
typedef enum {
  PLAIN,     // it needs no holder: it is bound like any other socket
  MOVED,     // it is on the loopback device, and goes to no device when Node takes it (TCP: with CAP_NET_RAW)
  LOOPBACK,  // it stays on the loopback device, where every connection to its address arrives
  KEPT,      // it is not bound: the holder has its port
  LISTENING, // it is a duplicate of the holder, which listens
  SHARED,    // it and the holder have SO_REUSEPORT while it is bound and while it starts to listen
} Taking;

typedef struct {
  int holder;
  bool moved;
  Socket *users;
} Port;

typedef struct Hold {
  uint64_t token;
  Socket *anchor;
  struct Hold *next;  // of the same anchor
  int type;
  uint16_t first, count, turn;
  Port ports[];
} Hold;

struct Socket {
  int fd, family, type;
  unsigned flags;
  bool bound, adopted;
  Taking taking;
  Name name;
  uint64_t association;
  Hold *acquired;
  Port *port;
  Socket *next_user;
};

// One table serves all threads: a token is valid in the whole process.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Hold **table;
static uint32_t table_size;
static Counts counts;
static bool may_leave_device;  // CAP_NET_RAW
static bool is_ipv6_only = true;  // a new socket, until holds_test has found out the default (net.ipv6.bindv6only)

static int set(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}

static int move(int fd, int device) { return set(fd, SOL_SOCKET, SO_BINDTOIFINDEX, device); }

static socklen_t size_of(int family) {
  return family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

// The port is at the same place in both structs.
static uint16_t port_of(const Name *name) { return ntohs(name->ipv4.sin_port); }
static void set_port(Name *name, uint16_t port) { name->ipv4.sin_port = htons(port); }

static int try_bind(int fd, const Name *name) {
  return bind(fd, &name->any, size_of(name->any.sa_family)) == 0 ? 0 : -errno;
}

// A program that bound a port with SO_REUSEADDR and does not listen yet is like a connection to the kernel: a port that it has can be
// held. Its call of `listen` then fails, but for the instant that the call takes, its socket refuses the port to our sockets as well.
// Another program may have it preempted in that instant. This waits 10 ms at most.
static bool should_retry(int error, int *tries) {
  enum { MOST_TRIES = 50, MOST_YIELDS = 10 };
  static const struct timespec pause = {.tv_nsec = 200000};
  if (error != -EADDRINUSE || ++*tries == MOST_TRIES) return false;
  if (*tries <= MOST_YIELDS) sched_yield();
  else nanosleep(&pause, NULL);
  return true;
}

static int bind_to_held(int fd, const Name *name) {
  int error, tries = 0;
  do error = try_bind(fd, name);
  while (should_retry(error, &tries));
  return error;
}

static int listen_on_held(int fd) {
  int error, tries = 0;
  do error = listen(fd, 1) == 0 ? 0 : -errno;
  while (should_retry(error, &tries));
  return error;
}

static int open_fd(int family, int type) {
  int fd = socket(family, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  if (family == AF_INET6 && is_ipv6_only) set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  return fd;
}

// Holders

// Connections of an earlier server, also in TIME_WAIT, refuse a bind without SO_REUSEADDR. `listen` checks the port again, and
// clears the kernel's note that all sockets of this port share it (inet_csk_update_fastreuse).
static int bind_beneath_connections(int fd, const Name *name) {
  int error = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (error == 0) error = try_bind(fd, name);
  if (error == 0 && listen(fd, 0) != 0) error = -errno;
  if (error == 0) error = set(fd, SOL_SOCKET, SO_REUSEADDR, 0);
  if (error == 0 && shutdown(fd, SHUT_RDWR) != 0) error = -errno;
  return error;
}

static int hold_in_family(int family, int type, uint16_t port) {
  Name name = {.any.sa_family = (sa_family_t)family};
  set_port(&name, port);
  int fd = open_fd(family, type);
  if (fd < 0) return fd;
  int error = try_bind(fd, &name);
  if (error == -EADDRINUSE && type == SOCK_STREAM) error = bind_beneath_connections(fd, &name);
  // A UDP holder on no device would receive datagrams.
  if (error == 0 && type == SOCK_DGRAM) error = move(fd, MISSING_DEVICE);
  if (error == 0) return fd;
  close(fd);
  return error;
}

static int hold_port(int type, uint16_t port) {
  int fd = hold_in_family(AF_INET6, type, port);
  return fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL ? hold_in_family(AF_INET, type, port) : fd;
}

static int move_holder(Port *port) {
  if (port->moved) return 0;
  int error = move(port->holder, MISSING_DEVICE);
  port->moved = error == 0;
  return error;
}

// The table. The lowest 16 bits of a token are its place.

static Hold *find(uint64_t token, int type) {
  uint32_t place = token & 0xffff;
  Hold *hold = place < table_size ? table[place] : NULL;
  return hold != NULL && hold->token == token && hold->type == type ? hold : NULL;
}

static int enter(Hold *hold) {
  uint32_t place = 0;
  while (place < table_size && table[place] != NULL) place++;
  if (place > 0xffff) return -ENOBUFS;
  if (place == table_size) {
    uint32_t size = table_size == 0 ? 64 : table_size * 2;
    Hold **larger = realloc(table, size * sizeof *larger);
    if (larger == NULL) return -ENOMEM;
    memset(larger + table_size, 0, (size - table_size) * sizeof *larger);
    table = larger;
    table_size = size;
  }
  if (getrandom(&hold->token, sizeof hold->token, 0) != sizeof hold->token) return -EAGAIN;
  hold->token = (hold->token & ~(uint64_t)0xffff) | place;
  table[place] = hold;
  counts.holds++;
  counts.ports += hold->count;
  return 0;
}

// One call closes descriptors that follow each other, as those of a block mostly do, in a quarter of the time. It needs Linux 5.9, and
// sandboxes may refuse it.
static void close_holders(Hold *hold) {
  for (uint16_t i = 0; i < hold->count;) {
    int first = hold->ports[i++].holder;
    if (first < 0) continue;
    int last = first;
    while (i < hold->count && hold->ports[i].holder == last + 1) last = hold->ports[i++].holder;
    if (last > first && syscall(SYS_close_range, first, last, 0) == 0) continue;
    for (int fd = first; fd <= last; fd++) close(fd);
  }
}

// A socket that is bound keeps its port when the hold ends. What it shared with the holder it has alone from now on.
static void leave_port(Socket *user) {
  Port *port = user->port;
  if (user->taking == KEPT) {
    close(user->fd);
    user->fd = port->holder;
    port->holder = -1;
  } else if (!user->adopted && user->type == SOCK_STREAM) {
    set(user->fd, SOL_SOCKET, SO_REUSEADDR, 0);
    set(user->fd, SOL_SOCKET, SO_REUSEPORT, 0);
  }
  if (user->taking != MOVED) user->taking = PLAIN;
  user->port = NULL;
  counts.uses--;
}

static void end(Hold *hold) {
  Hold **link = &hold->anchor->acquired;
  while (*link != hold) link = &(*link)->next;
  *link = hold->next;
  table[hold->token & 0xffff] = NULL;
  for (uint16_t i = 0; i < hold->count; i++) {
    for (Socket *user = hold->ports[i].users; user != NULL; user = user->next_user) leave_port(user);
  }
  close_holders(hold);
  counts.holds--;
  counts.ports -= hold->count;
  free(hold);
}

// Sockets

int socket_open(int family, int type, Socket **opened) {
  int fd = open_fd(family, type);
  if (fd < 0) return fd;
  Socket *socket = calloc(1, sizeof *socket);
  if (socket == NULL) {
    close(fd);
    return -ENOMEM;
  }
  socket->fd = fd;
  socket->family = family;
  socket->type = type;
  pthread_mutex_lock(&lock);
  counts.sockets++;
  pthread_mutex_unlock(&lock);
  *opened = socket;
  return 0;
}

// The port of the socket is free for others of this process.
static void forget_use(Socket *socket) {
  Port *port = socket->port;
  if (port == NULL) return;
  if (socket->taking == LISTENING) {
    // In this order: a holder with SO_REUSEADDR that does not listen would let strangers in.
    set(port->holder, SOL_SOCKET, SO_REUSEADDR, 0);
    shutdown(port->holder, SHUT_RDWR);
  }
  Socket **link = &port->users;
  while (*link != socket) link = &(*link)->next_user;
  *link = socket->next_user;
  socket->port = NULL;
  counts.uses--;
}

static int close_locked(Socket *socket) {
  if (socket->adopted || socket->fd < 0) return 0;
  while (socket->acquired != NULL) end(socket->acquired);
  int result = close(socket->fd) == 0 ? 0 : -errno;
  socket->fd = -1;
  counts.sockets--;
  forget_use(socket);
  return result;
}

int socket_close(Socket *socket) {
  pthread_mutex_lock(&lock);
  int result = close_locked(socket);
  pthread_mutex_unlock(&lock);
  return result;
}

static void leave_locked(Socket *socket) {
  if (!socket->adopted) return;
  socket->adopted = false;
  socket->fd = -1;
  counts.sockets--;
  while (socket->acquired != NULL) end(socket->acquired);
  forget_use(socket);
}

void socket_free(Socket *socket) {
  pthread_mutex_lock(&lock);
  leave_locked(socket);
  close_locked(socket);
  pthread_mutex_unlock(&lock);
  free(socket);
}

// EACCES: below ip_unprivileged_port_start
static bool is_taken(int fd) { return fd == -EADDRINUSE || fd == -EACCES; }

// The port that was found taken last: of TCP, and of UDP. A search for a large block asks for many runs that contain it.
static _Atomic uint16_t last_taken[2];

// Tries that port again, if it is one of `from` to `to`.
static int try_last_taken(int type, uint16_t from, uint16_t to) {
  uint16_t port = last_taken[type == SOCK_DGRAM];
  if (port < from || port > to) return 0;
  int fd = hold_port(type, port);
  if (fd < 0) return fd;
  close(fd);
  return 0;
}

// Fills the hold with the lowest run of `count` ports from `from` to `to` that are free.
static int hold_run(Hold *hold, uint16_t from, uint16_t to, uint16_t count) {
  int error = to - from < count ? try_last_taken(hold->type, from, to) : 0;
  if (error != 0) return error;
  hold->first = from;
  for (uint32_t port = from; hold->count < count; port++) {
    int fd = hold_port(hold->type, (uint16_t)port);
    if (fd >= 0) {
      hold->ports[hold->count++] = (Port){.holder = fd, .moved = hold->type == SOCK_DGRAM};
      continue;
    }
    close_holders(hold);
    hold->count = 0;
    if (is_taken(fd)) last_taken[hold->type == SOCK_DGRAM] = (uint16_t)port;
    if (!is_taken(fd) || to - port < count) return fd;
    hold->first = (uint16_t)(port + 1);
  }
  return 0;
}

int socket_acquire(Socket *socket, uint16_t from, uint16_t to, uint16_t count, uint64_t *token) {
  if (socket->fd < 0 || socket->adopted) return -ENOTSOCK;
  if (from == 0 || count == 0 || to - from + 1 < count) return -EINVAL;
  Hold *hold = calloc(1, sizeof *hold + count * sizeof *hold->ports);
  if (hold == NULL) return -ENOMEM;
  hold->type = socket->type;
  hold->anchor = socket;
  int error = hold_run(hold, from, to, count);
  if (error == 0) {
    pthread_mutex_lock(&lock);
    error = enter(hold);
    if (error == 0) {
      hold->next = socket->acquired;
      socket->acquired = hold;
    }
    pthread_mutex_unlock(&lock);
  }
  if (error != 0) {
    close_holders(hold);
    free(hold);
    return error;
  }
  *token = hold->token;
  return hold->first;
}

int socket_associate(Socket *socket, uint64_t token) {
  if (socket->fd < 0 || socket->adopted) return -ENOTSOCK;
  pthread_mutex_lock(&lock);
  bool known = find(token, socket->type) != NULL;
  if (known && !socket->bound) socket->association = token;
  pthread_mutex_unlock(&lock);
  return known && !socket->bound ? 0 : -EINVAL;
}

int socket_release(Socket *socket, uint64_t token) {
  if (socket->fd < 0 || socket->adopted) return -ENOTSOCK;
  pthread_mutex_lock(&lock);
  Hold *hold = find(token, socket->type);
  if (hold != NULL) end(hold);
  pthread_mutex_unlock(&lock);
  return hold == NULL ? -EINVAL : 0;
}

// Using a held port

typedef struct {
  bool ipv4, ipv6, any;
  uint8_t bytes[16];
} Reach;

static Reach reach_of(const Name *name, unsigned flags) {
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
  static const uint8_t zeros[16];
  Reach reach = {0};
  if (name->any.sa_family == AF_INET) {
    reach.ipv4 = true;
    memcpy(reach.bytes, &name->ipv4.sin_addr, 4);
  } else if (memcmp(&name->ipv6.sin6_addr, mapped, sizeof mapped) == 0) {
    reach.ipv4 = true;
    memcpy(reach.bytes, name->ipv6.sin6_addr.s6_addr + 12, 4);
  } else {
    reach.ipv6 = true;
    memcpy(reach.bytes, &name->ipv6.sin6_addr, 16);
  }
  reach.any = memcmp(reach.bytes, zeros, sizeof zeros) == 0;
  if (reach.any && reach.ipv6 && !(flags & IPV6_ONLY)) reach.ipv4 = true;
  return reach;
}

static bool is_loopback(const Name *name, unsigned flags) {
  static const uint8_t ipv6[16] = {[15] = 1};
  Reach reach = reach_of(name, flags);
  return reach.ipv4 ? reach.bytes[0] == 127 && !reach.ipv6 : memcmp(reach.bytes, ipv6, sizeof ipv6) == 0;
}

static bool overlaps_user(const Port *port, const Name *name, unsigned flags) {
  Reach one = reach_of(name, flags);
  for (const Socket *user = port->users; user != NULL; user = user->next_user) {
    if (flags & user->flags & REUSE_ADDR) continue;
    Reach other = reach_of(&user->name, user->flags);
    bool meets = (one.ipv4 && other.ipv4) || (one.ipv6 && other.ipv6);
    if (meets && (one.any || other.any || memcmp(one.bytes, other.bytes, sizeof one.bytes) == 0)) return true;
  }
  return false;
}

// A specific IPv6 address needs a device that exists, and a link-local one its own.
static int device_of(const Name *name) {
  bool scoped = name->any.sa_family == AF_INET6 && name->ipv6.sin6_scope_id != 0;
  return scoped ? (int)name->ipv6.sin6_scope_id : LOOPBACK_DEVICE;
}

static int bind_shared(int fd, int holder, const Name *name) {
  int error = set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (error == 0) error = set(holder, SOL_SOCKET, SO_REUSEPORT, 1);
  if (error == 0) error = bind_to_held(fd, name);
  set(holder, SOL_SOCKET, SO_REUSEPORT, 0);
  return error;
}

static int listen_shared(int fd, int holder) {
  int error = set(holder, SOL_SOCKET, SO_REUSEPORT, 1);
  if (error == 0) error = listen_on_held(fd);
  set(holder, SOL_SOCKET, SO_REUSEPORT, 0);
  set(fd, SOL_SOCKET, SO_REUSEPORT, 0);
  return error;
}

static int leave_device(Socket *socket) {
  if (socket->type == SOCK_STREAM) return move(socket->fd, NO_DEVICE);
  struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
  return connect(socket->fd, &unspecified, sizeof unspecified) == 0 ? 0 : -errno;  // needs no privilege
}

static int take(Socket *socket, Port *port, const Name *name, unsigned flags) {
  bool stream = socket->type == SOCK_STREAM;
  bool loopback = is_loopback(name, flags);
  Reach reach = reach_of(name, flags);
  int error = 0;
  if (!stream || loopback || may_leave_device) {
    socket->taking = stream && !may_leave_device ? LOOPBACK : MOVED;
    error = move_holder(port);
    if (error == 0) error = move(socket->fd, device_of(name));
    // Connections of an earlier server have this option too, and do not refuse this bind.
    if (error == 0 && stream) error = set(socket->fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (error == 0) error = bind_to_held(socket->fd, name);
    if (error == 0 && !stream) error = leave_device(socket);
  } else if (reach.any && reach.ipv4 && reach.ipv6 && !port->moved) {
    socket->taking = KEPT;
  } else {
    socket->taking = SHARED;
    error = set(socket->fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (error == 0) error = bind_shared(socket->fd, port->holder, name);
  }
  return error;
}

// A descriptor whose bind failed keeps its device, which not every process may change.
static void renew(Socket *socket) {
  int fd = open_fd(socket->family, socket->type);
  if (fd < 0) return;
  close(socket->fd);
  socket->fd = fd;
  socket->flags = 0;
}

static int use_port(Socket *socket, Hold *hold, uint16_t number, Name *name, unsigned flags) {
  Port *port = &hold->ports[number - hold->first];
  if (overlaps_user(port, name, flags)) return -EADDRINUSE;
  set_port(name, number);
  int error = take(socket, port, name, flags);
  if (error != 0) {
    renew(socket);
    return error;
  }
  socket->port = port;
  socket->next_user = port->users;
  port->users = socket;
  counts.uses++;
  hold->turn = (uint16_t)((number - hold->first + 1) % hold->count);
  return 0;
}

// Sets the options of this bind, and resets those of an earlier bind that failed.
static int set_flags(Socket *socket, unsigned flags) {
  unsigned changed = flags ^ socket->flags;
  int error = 0;
  if (changed & IPV6_ONLY && socket->family == AF_INET6) {
    error = set(socket->fd, IPPROTO_IPV6, IPV6_V6ONLY, (flags & IPV6_ONLY) != 0);
  }
  if (error == 0 && changed & REUSE_ADDR && socket->type == SOCK_DGRAM) {
    error = set(socket->fd, SOL_SOCKET, SO_REUSEADDR, (flags & REUSE_ADDR) != 0);
  }
  if (error == 0) socket->flags = flags;
  return error;
}

static int bind_in_hold(Socket *socket, Name *name, unsigned flags) {
  Hold *hold = find(socket->association, socket->type);
  if (hold == NULL) return -EINVAL;
  uint16_t wanted = port_of(name);
  if (wanted != 0) {
    bool inside = wanted >= hold->first && wanted - hold->first < hold->count;
    return inside ? use_port(socket, hold, wanted, name, flags) : -EINVAL;
  }
  // The ports take turns, so that a client of an earlier server does not meet the next one.
  for (uint16_t i = 0, turn = hold->turn; i < hold->count; i++) {
    uint16_t place = (uint16_t)((turn + i) % hold->count);
    if (hold->ports[place].users != NULL) continue;
    int error = use_port(socket, hold, (uint16_t)(hold->first + place), name, flags);
    if (error != -EADDRINUSE) return error;
    set_flags(socket, flags);
  }
  return -ENOBUFS;
}

static int bind_plainly(Socket *socket, const Name *name) {
  int error = try_bind(socket->fd, name);
  return error == -EADDRINUSE && socket->type == SOCK_STREAM ? bind_beneath_connections(socket->fd, name) : error;
}

int socket_bind(Socket *socket, Name *name, unsigned flags) {
  if (socket->fd < 0 || socket->adopted) return -ENOTSOCK;
  if (socket->bound) return -EINVAL;
  if (name->any.sa_family != socket->family) return -EAFNOSUPPORT;
  pthread_mutex_lock(&lock);
  int error = set_flags(socket, flags);
  if (error == 0) error = socket->association == 0 ? bind_plainly(socket, name) : bind_in_hold(socket, name, flags);
  if (error == 0) {
    socket->bound = true;
    socket->name = *name;
  }
  pthread_mutex_unlock(&lock);
  return error;
}

int socket_name(Socket *socket, Name *name) {
  if (socket->fd < 0) return -ENOTSOCK;
  if (!socket->bound) return -EINVAL;
  *name = socket->name;
  if (port_of(name) != 0) return 0;
  socklen_t size = sizeof *name;
  return getsockname(socket->fd, &name->any, &size) == 0 ? 0 : -errno;
}

// Makes the holder listen, and gives the socket a duplicate of it. Only a listening socket may have SO_REUSEADDR while it is the
// only one on its port. Its connections inherit the option.
static int listen_on_holder(Socket *socket) {
  int holder = socket->port->holder;
  if (listen(holder, 1) != 0) return -errno;
  int error = set(holder, SOL_SOCKET, SO_REUSEADDR, 1);
  int fd = fcntl(holder, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) {
    error = -errno;
    set(holder, SOL_SOCKET, SO_REUSEADDR, 0);
    shutdown(holder, SHUT_RDWR);
    return error;
  }
  close(socket->fd);
  socket->fd = fd;
  socket->taking = LISTENING;
  return 0;
}

static int listen_beside_holder(Socket *socket) {
  int holder = socket->port->holder;
  int error = socket->taking == SHARED ? 0 : set(socket->fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (error == 0 && socket->taking != SHARED) error = bind_shared(socket->fd, holder, &socket->name);
  if (error == 0) socket->taking = SHARED;
  return error == 0 ? listen_shared(socket->fd, holder) : error;
}

static int prepare_to_listen(Socket *socket) {
  int error;
  switch (socket->taking) {
    case MOVED:
      // A socket that listens is not compared again when it leaves its device.
      error = listen_on_held(socket->fd);
      return error == 0 ? leave_device(socket) : error;
    case LOOPBACK:
      return listen_on_held(socket->fd);
    case KEPT:
      error = listen_on_holder(socket);
      // Connections that an earlier server of this port left behind refuse it.
      return error == -EADDRINUSE ? listen_beside_holder(socket) : error;
    case SHARED:
      return listen_beside_holder(socket);
    default:  // as Node's own servers
      return set(socket->fd, SOL_SOCKET, SO_REUSEADDR, 1);
  }
}

static int prepare_to_connect(Socket *socket) {
  int error = 0;
  switch (socket->taking) {
    case MOVED:
      return leave_device(socket);
    case KEPT:
      error = set(socket->fd, SOL_SOCKET, SO_REUSEADDR, 1);
      if (error == 0) error = bind_shared(socket->fd, socket->port->holder, &socket->name);
      if (error != 0) return error;
      socket->taking = SHARED;
      return set(socket->fd, SOL_SOCKET, SO_REUSEPORT, 0);
    case SHARED:
      return set(socket->fd, SOL_SOCKET, SO_REUSEPORT, 0);
    default:
      return 0;
  }
}

int socket_hand_over(Socket *socket, Purpose purpose) {
  if (socket->fd < 0 || socket->adopted) return -ENOTSOCK;
  if (!socket->bound) return -EINVAL;
  pthread_mutex_lock(&lock);
  int error = purpose == TO_LISTEN ? prepare_to_listen(socket) : purpose == TO_CONNECT ? prepare_to_connect(socket) : 0;
  pthread_mutex_unlock(&lock);
  return error == 0 ? socket->fd : error;
}

void socket_disown(Socket *socket) { socket->adopted = socket->fd >= 0; }

bool socket_is_adopted(const Socket *socket) { return socket->adopted; }

Counts holds_count(void) {
  pthread_mutex_lock(&lock);
  Counts now = counts;
  pthread_mutex_unlock(&lock);
  return now;
}

// The self-test

// Whether a bind as Node makes it, with SO_REUSEADDR, is refused.
static int try_as_stranger(const Name *name, int type) {
  int fd = open_fd(name->any.sa_family, type);
  if (fd < 0) return fd;
  int error = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (error == 0) error = try_bind(fd, name);
  close(fd);
  return error == -EADDRINUSE ? 0 : error == 0 ? -EEXIST : error;
}

static int test_take(Socket *taker, int type, const Name *name) {
  int error = move(taker->fd, LOOPBACK_DEVICE);
  if (error == 0 && type == SOCK_STREAM) error = set(taker->fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (error == 0) error = try_bind(taker->fd, name);
  if (error == 0 && type == SOCK_STREAM && listen(taker->fd, 1) != 0) error = -errno;
  return error;
}

static int test_type(int type) {
  int holder = hold_port(type, 0);
  if (holder < 0) return TEST_HOLD * 4096 - holder;
  Name name;
  socklen_t size = sizeof name;
  int step = TEST_HOLD;
  int error = getsockname(holder, &name.any, &size) == 0 ? 0 : -errno;
  Socket taker = {.fd = -1, .type = type};
  if (error == 0) {
    step = TEST_REFUSAL;
    error = try_as_stranger(&name, type);
  }
  if (error == 0) {
    step = TEST_MOVE;
    error = type == SOCK_STREAM ? move(holder, MISSING_DEVICE) : 0;  // a UDP holder is there from the start
  }
  if (error == 0) {
    step = TEST_MOVED_REFUSAL;
    error = try_as_stranger(&name, type);
  }
  if (error == 0) {
    step = TEST_TAKE;
    taker.fd = open_fd(name.any.sa_family, type);
    error = taker.fd < 0 ? taker.fd : test_take(&taker, type, &name);
  }
  if (error == 0) {
    step = TEST_RESET;
    error = leave_device(&taker);
    if (type == SOCK_STREAM) {
      may_leave_device = error == 0;
      if (error == -EPERM) error = 0;
    }
  }
  if (taker.fd >= 0) close(taker.fd);
  close(holder);
  return error == 0 ? 0 : step * 4096 - error;
}

// Whether a new IPv6 socket is not dual-stack.
static bool is_ipv6_only_by_default(void) {
  int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int value = 1;
  socklen_t size = sizeof value;
  if (fd >= 0) {
    getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value, &size);
    close(fd);
  }
  return value != 0;
}

int holds_test(void) {
  pthread_mutex_lock(&lock);
  is_ipv6_only = is_ipv6_only_by_default();
  int result = test_type(SOCK_STREAM);
  if (result == 0) result = test_type(SOCK_DGRAM);
  pthread_mutex_unlock(&lock);
  return result;
}
