#pragma once

#include <cstdint>

// Open and close sockets without a call to the simulator, as Node does.
void closeBehindTheBack(uint64_t socket);
uint64_t openBehindTheBack();  // a TCP socket
