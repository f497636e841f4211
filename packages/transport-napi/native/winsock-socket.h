#pragma once

#include "winsock-library.h"

namespace winport {

// A SOCKET. The destructor closes it unless it was closed or given away.
class WinsockSocket {
 public:
  WinsockSocket(WinsockLibrary& library, SOCKET handle) : library_(library), handle_(handle) {}
  ~WinsockSocket() { close(); }
  WinsockSocket(const WinsockSocket&) = delete;
  WinsockSocket& operator=(const WinsockSocket&) = delete;

  SOCKET handle() const { return handle_; }
  WinsockLibrary& library() const { return library_; }
  const WinsockFunctions& functions() const { return library_.functions(); }

  // Returns an error, or 0.
  int close() {
    if (handle_ == INVALID_SOCKET) return 0;
    const SOCKET closing = handle_;
    handle_ = INVALID_SOCKET;
    return functions().closesocket(closing) == SOCKET_ERROR ? functions().WSAGetLastError() : 0;
  }

  // Another owner closes the SOCKET.
  void giveAway() { handle_ = INVALID_SOCKET; }

 private:
  WinsockLibrary& library_;
  SOCKET handle_;
};

}  // namespace winport
