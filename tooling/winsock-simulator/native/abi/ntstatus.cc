#include "abi/ntstatus.h"

#include "abi/winsock-errors.h"

namespace simulator {
namespace {

struct Pair {
  int error;
  uint32_t status;
};

constexpr Pair kPairs[] = {
    {0, kStatusSuccess},
    {WSA_OPERATION_ABORTED, 0xC0000120},  // STATUS_CANCELLED
    {WSAEACCES, 0xC0000022},              // STATUS_ACCESS_DENIED
    {WSAEFAULT, 0xC0000005},              // STATUS_ACCESS_VIOLATION
    {WSAEINVAL, 0xC000000D},              // STATUS_INVALID_PARAMETER
    {WSAENOTSOCK, 0xC0000008},            // STATUS_INVALID_HANDLE
    {WSAEOPNOTSUPP, 0xC00000BB},          // STATUS_NOT_SUPPORTED
    {WSAEADDRINUSE, 0xC000020A},          // STATUS_ADDRESS_ALREADY_EXISTS
    {WSAEADDRNOTAVAIL, 0xC0000141},       // STATUS_INVALID_ADDRESS
    {WSAENETDOWN, 0xC00000C4},            // STATUS_UNEXPECTED_NETWORK_ERROR
    {WSAENOBUFS, 0xC000009A},             // STATUS_INSUFFICIENT_RESOURCES
};

constexpr uint32_t kWin32Facility = 0xC0070000;  // an NTSTATUS that contains a Win32 error number

}  // namespace

uint32_t ntstatusOf(int winsockError) {
  for (const Pair& pair : kPairs) {
    if (pair.error == winsockError) return pair.status;
  }
  return kWin32Facility | (static_cast<uint32_t>(winsockError) & 0xFFFF);
}

int winsockErrorOfNtstatus(uint32_t status) {
  for (const Pair& pair : kPairs) {
    if (pair.status == status) return pair.error;
  }
  return (status & 0xFFFF0000) == kWin32Facility ? static_cast<int>(status & 0xFFFF) : WSAEINVAL;
}

}  // namespace simulator
