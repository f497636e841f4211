#include "abi/winsock-abi.h"

EXPORT USHORT WSAAPI htons(USHORT value) { return __builtin_bswap16(value); }
EXPORT USHORT WSAAPI ntohs(USHORT value) { return __builtin_bswap16(value); }
EXPORT ULONG WSAAPI htonl(ULONG value) { return __builtin_bswap32(value); }
EXPORT ULONG WSAAPI ntohl(ULONG value) { return __builtin_bswap32(value); }
