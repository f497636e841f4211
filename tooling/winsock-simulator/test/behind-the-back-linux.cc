#include "behind-the-back.h"

#include <sys/socket.h>
#include <unistd.h>

void closeBehindTheBack(uint64_t handle) { close(static_cast<int>(handle)); }
uint64_t openBehindTheBack() { return static_cast<uint64_t>(socket(AF_INET, SOCK_STREAM, 0)); }
