#pragma once

#include <cstdint>

#include "abi/winsock-abi.h"

namespace simulator {

// Neither accesses the structure after it has stored the completed status in Internal: its owner may free it then.
void markPending(WSAOVERLAPPED* overlapped);
void markComplete(WSAOVERLAPPED* overlapped, int error, uint32_t bytes);

uint32_t statusOf(WSAOVERLAPPED* overlapped);

// Returns the event to signal, without the low bit that suppresses the completion packet.
HANDLE eventOf(const WSAOVERLAPPED* overlapped);

}  // namespace simulator
