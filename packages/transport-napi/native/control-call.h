#pragma once

#include <cstddef>

#include "service-provider.h"
#include "winsock-socket.h"

namespace winport {

// A buffer that JavaScript owns. It is valid until JavaScript runs again.
struct Bytes {
  std::byte* data = nullptr;
  size_t size = 0;
};

// How a call ended. `error` is 0 for success.
struct Outcome {
  int error = 0;
  DWORD bytesReturned = 0;
};

// A control call through one of the two entry points. It is a template argument, so the hot path does not choose at run time.
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
  if (provider == nullptr) return {WSANOTINITIALISED, 0};  // JavaScript has stopped the provider or has not started it
  DWORD bytes = 0;
  int error = 0;
  const int result = provider->functions().lpWSPIoctl(socket.handle(), code, input.data, static_cast<DWORD>(input.size),
                                                      output.data, static_cast<DWORD>(output.size), &bytes, overlapped, nullptr,
                                                      provider->thread(), &error);
  return {result == SOCKET_ERROR ? error : 0, bytes};
}

}  // namespace winport
