#pragma once

#include "abi/winsock-abi.h"
#include "winsock-simulator.h"

namespace simulator {

// A control call through either entry point.
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

// Returns the error (WSA_IO_PENDING if it is pending) or 0, and sets the thread's last error. Counts the call as `entryPoint` too.
int makeControlCall(WinsockSimulator_Call entryPoint, const ControlCall& call) noexcept;

}  // namespace simulator
