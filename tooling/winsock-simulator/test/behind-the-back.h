#pragma once

#include <cstdint>

// What Node does with sockets without the simulator's knowledge.
void closeBehindTheBack(uint64_t socket);
uint64_t openBehindTheBack();  // a TCP socket of the system's own
