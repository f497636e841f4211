#include "behind-the-back.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

void closeBehindTheBack(uint64_t handle) { close(static_cast<int>(handle)); }
uint64_t openBehindTheBack() { return static_cast<uint64_t>(socket(AF_INET, SOCK_STREAM, 0)); }

void bindBehindTheBack(uint64_t handle) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(static_cast<int>(handle), reinterpret_cast<const sockaddr*>(&address), sizeof address);
}
