// Holds ports and forks: fork <count>. The child never calls exec, and the parent ends. Prints the first port and the child's id.
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../native/holds.h"

int main(int argc, char **argv) {
  Socket *anchor = NULL;
  uint64_t token = 0;
  if (argc < 2 || socket_open(AF_INET, SOCK_STREAM, &anchor) != 0) return 1;
  int first = socket_acquire(anchor, 61000, 65535, (uint16_t)atoi(argv[1]), &token);
  if (first < 0) return 1;
  pid_t child = fork();
  if (child == 0) {
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    for (;;) pause();
  }
  printf("{\"startPort\":%d,\"child\":%d}\n", first, (int)child);
  return child < 0;
}
