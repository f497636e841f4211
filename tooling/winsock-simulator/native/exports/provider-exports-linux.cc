// The functions of ws2_32 that a caller passes as upcalls.
#include <cstring>

#include "abi/winsock-errors.h"
#include "abi/winsock-spi-abi.h"
#include "host/last-error.h"

EXPORT int WSAAPI __WSAFDIsSet(SOCKET s, void* set) {
  UINT count;  // fd_set: UINT fd_count, SOCKET fd_array[64]
  std::memcpy(&count, set, sizeof count);
  const auto* sockets = reinterpret_cast<const SOCKET*>(static_cast<const char*>(set) + sizeof(SOCKET));
  for (UINT at = 0; at < count; ++at) {
    if (sockets[at] == s) return 1;
  }
  return 0;
}

EXPORT int WSAAPI WSCGetProviderPath(LPGUID, LPWSTR, LPINT, LPINT lpErrno) {
  if (lpErrno != nullptr) *lpErrno = WSAEINVAL;  // no provider has a path
  return SOCKET_ERROR;
}
