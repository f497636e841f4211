#pragma once

#include <cstdint>

#include "abi/winsock-abi.h"

namespace simulator {

// Both leave the structure alone once Internal says that it is complete: its owner may have freed it then.
void markPending(WSAOVERLAPPED* overlapped);
void markComplete(WSAOVERLAPPED* overlapped, int error, uint32_t bytes);

uint32_t statusOf(WSAOVERLAPPED* overlapped);

// The event to signal, without the bit that only asks for no completion packet.
HANDLE eventOf(const WSAOVERLAPPED* overlapped);

}  // namespace simulator
