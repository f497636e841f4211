#pragma once

#include <cstddef>

#include "service-provider.h"
#include "winsock-socket.h"

namespace winport {

// Bytes of JavaScript's: valid until JavaScript runs again.
struct Bytes {
  std::byte* data = nullptr;
  size_t size = 0;
};

// How a call ended: with an error, or 0.
struct Outcome {
  int error = 0;
  DWORD bytesReturned = 0;
};

// A control call through one of the entry points. Which, is chosen where this is a template's argument: never while it is made.
using ControlCall = Outcome (*)(const WinsockSocket&, DWORD code, Bytes input, Bytes output, WSAOVERLAPPED*);

// WSAIoctl.
inline Outcome callWinsock(const WinsockSocket& socket, DWORD code, Bytes input, Bytes output, WSAOVERLAPPED* overlapped) {
  const WinsockFunctions& winsock = socket.functions();
  DWORD bytes = 0;
  const int result = winsock.WSAIoctl(socket.handle(), code, input.data, static_cast<DWORD>(input.size), output.data,
                                      static_cast<DWORD>(output.size), &bytes, overlapped, nullptr);
  return {result == SOCKET_ERROR ? winsock.WSAGetLastError() : 0, bytes};
}

// WSPIoctl of the service provider.
inline Outcome callProvider(const WinsockSocket& socket, DWORD code, Bytes input, Bytes output, WSAOVERLAPPED* overlapped) {
  ServiceProvider* provider = socket.library().provider();
  if (provider == nullptr) return {WSANOTINITIALISED, 0};  // JavaScript has stopped it, or never started it
  DWORD bytes = 0;
  int error = 0;
  const int result = provider->functions().lpWSPIoctl(socket.handle(), code, input.data, static_cast<DWORD>(input.size),
                                                      output.data, static_cast<DWORD>(output.size), &bytes, overlapped, nullptr,
                                                      provider->thread(), &error);
  return {result == SOCKET_ERROR ? error : 0, bytes};
}

}  // namespace winport
