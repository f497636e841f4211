// The sockets that the socket tables in /proc/net leave out.
#ifndef WINPORT_BOUND_SOCKETS_H
#define WINPORT_BOUND_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

// Writes a struct inet_diag_msg for each TCP socket of this network namespace that is bound and neither listens nor is connected, as
// many as fit. Returns the size of all of them, or a negative errno. Linux before 6.8 knows none. Can be called from any thread.
int64_t bound_sockets(int family, uint8_t *rows, size_t size);

#endif
