#pragma once

#include <cstdint>

// Open, bind and close sockets without a call to the simulator, as Node does.
void closeBehindTheBack(uint64_t socket);
uint64_t openBehindTheBack();  // a TCP socket
void bindBehindTheBack(uint64_t socket);  // to a free port of 127.0.0.1
