#pragma once

#include "abi/winsock-abi.h"
#include "winsock-simulator.h"

namespace simulator {

// A control call, whichever entry point it came in through.
struct ControlCall {
  SOCKET s;
  DWORD code;
  void* in;
  DWORD inLength;
  void* out;
  DWORD outLength;
  DWORD* bytesReturned;
  WSAOVERLAPPED* overlapped;
  LPWSAOVERLAPPED_COMPLETION_ROUTINE completion;
};

// Returns its error, WSA_IO_PENDING included, or 0; it is the thread's last one as well. `entryPoint` is what it is counted as.
int makeControlCall(WinsockSimulator_Call entryPoint, const ControlCall& call) noexcept;

}  // namespace simulator
