#include "process/protocol-info.h"

#include <cstdint>
#include <cstring>

#include "abi/winsock-errors.h"

namespace simulator {
namespace {

constexpr uint8_t kProviderId[16] = {0x77, 0x69, 0x6e, 0x70, 0x6f, 0x72, 0x74, 0x2d, 0x73, 0x69, 0x6d, 0x75, 0x6c, 0x61, 0x74, 0x65};
constexpr DWORD kFirstCatalogEntry = 1001;
constexpr DWORD kIfsHandles = 0x00020000;  // XP1_IFS_HANDLES
static_assert(sizeof(WSAPROTOCOL_INFOW::ProviderId) == sizeof kProviderId);

}  // namespace

int writeProtocolInfo(const SimulatedSocket& socket, char* value, int* length) {
  if (*length < static_cast<int>(sizeof(WSAPROTOCOL_INFOW))) return WSAEFAULT;
  const bool tcp = socket.protocol == Protocol::kTcp;
  const bool inet6 = socket.family == AF_INET6;
  WSAPROTOCOL_INFOW info{};
  info.dwServiceFlags1 = kIfsHandles;
  std::memcpy(&info.ProviderId, kProviderId, sizeof kProviderId);
  info.dwCatalogEntryId = kFirstCatalogEntry + (tcp ? 0 : 1) + (inet6 ? 2 : 0);
  info.ProtocolChain.ChainLen = 1;  // a base provider
  info.iVersion = 2;
  info.iAddressFamily = socket.family;
  info.iMaxSockAddr = inet6 ? 28 : 16;
  info.iMinSockAddr = info.iMaxSockAddr;
  if (socket.protocol != Protocol::kOther) {
    info.iSocketType = tcp ? SOCK_STREAM : SOCK_DGRAM;
    info.iProtocol = tcp ? IPPROTO_TCP : IPPROTO_UDP;
  }
  std::memcpy(value, &info, sizeof info);
  *length = sizeof info;
  return 0;
}

bool isOfThisProvider(const WSAPROTOCOL_INFOW& info) {
  return std::memcmp(&info.ProviderId, kProviderId, sizeof kProviderId) == 0 && info.ProtocolChain.ChainLen == 1 &&
         info.dwCatalogEntryId >= kFirstCatalogEntry && info.dwCatalogEntryId < kFirstCatalogEntry + 4;
}

}  // namespace simulator
