#pragma once

#include <mutex>

#include "abi/winsock-abi.h"
#include "abi/winsock-errors.h"
#include "host/last-error.h"
#include "process/simulated-process.h"

namespace simulator {

// The frame of an exported function: it lets no exception pass and sets the thread's last error.
template <typename Body>
int atBorder(Body body) noexcept {
  int error;
  try {
    error = body();
  } catch (...) {
    error = WSAENOBUFS;
  }
  if (error != 0) setLastError(error);
  return error;
}

// A Winsock call: counts it, refuses it before WSAStartup, delays it or makes it fail by the script. Body: (process, lock) -> error.
template <typename Body>
int winsockCall(WinsockSimulator_Call call, SOCKET handle, Body body) noexcept {
  return atBorder([&] {
    SimulatedProcess& process = SimulatedProcess::current();
    std::unique_lock lock(process.mutex);
    const int fault = process.script.next(call);
    if (process.startups == 0) return WSANOTINITIALISED;
    if (const uint32_t latency = process.script.latency(call)) {
      if (const int interrupted = process.pending.delay(lock, handle, latency)) return interrupted;
    }
    return fault != 0 ? fault : static_cast<int>(body(process, lock));
  });
}

// A Winsock call on a socket. Body: (process, lock, socket) -> error.
template <typename Body>
int socketCall(WinsockSimulator_Call call, SOCKET handle, Body body) noexcept {
  const int error = winsockCall(call, handle, [&](SimulatedProcess& process, std::unique_lock<std::mutex>& lock) {
    SimulatedSocket* socket = process.sockets.find(handle);
    return socket == nullptr ? WSAENOTSOCK : static_cast<int>(body(process, lock, *socket));
  });
  return error == 0 ? 0 : SOCKET_ERROR;
}

}  // namespace simulator
