#include <thread>

#include "test-socket.h"

namespace {

constexpr int kOptionProtocolInfo = 0x2005;  // SO_PROTOCOL_INFOW
constexpr int kError = 4711;

template <typename Entry>
struct Upcall;

template <typename Result, typename... Arguments>
struct Upcall<Result(WSPAPI*)(Arguments...)> {
  template <typename Lambda>
  static Result WSPAPI call(Arguments... arguments) {
    return Lambda{}(arguments...);
  }
};

// A lambda itself has no conversion to the calling convention of 32-bit Windows.
template <typename Entry, typename Lambda>
void set(Entry& entry, Lambda) {
  entry = &Upcall<Entry>::template call<Lambda>;
}

// Upcalls that record which of them was called. Some answer correctly, others refuse.
WSPUPCALLTABLE upcalls() {
  WSPUPCALLTABLE table{};
  set(table.lpWPUCloseEvent, [](WSAEVENT event, LPINT) { return winsock.WSACloseEvent(event); });
  set(table.lpWPUCloseSocketHandle, [](SOCKET, LPINT error) { return *error = kError, SOCKET_ERROR; });
  set(table.lpWPUCreateEvent, [](LPINT) { return winsock.WSACreateEvent(); });
  set(table.lpWPUCreateSocketHandle, [](DWORD, DWORD_PTR, LPINT error) { return *error = kError, INVALID_SOCKET; });
  set(table.lpWPUFDIsSet, [](SOCKET s, auto*) { return s == 0x1234 ? 1 : 0; });
  set(table.lpWPUGetProviderPath, [](LPGUID, WCHAR*, LPINT, LPINT error) { return *error = WSAEINVAL, SOCKET_ERROR; });
  set(table.lpWPUModifyIFSHandle, [](DWORD, SOCKET s, LPINT) { return s; });
  set(table.lpWPUPostMessage, [](HWND, UINT, auto, auto) { return FALSE; });
  set(table.lpWPUQueryBlockingCallback, [](DWORD, LPBLOCKINGCALLBACK* callback, auto*, LPINT) { return *callback = nullptr, 0; });
  set(table.lpWPUQuerySocketHandleContext, [](SOCKET, auto*, LPINT error) { return *error = kError, SOCKET_ERROR; });
  set(table.lpWPUQueueApc, [](LPWSATHREADID, LPWSAUSERAPC, DWORD_PTR, LPINT error) { return *error = kError, SOCKET_ERROR; });
  set(table.lpWPUResetEvent, [](WSAEVENT event, LPINT) { return winsock.WSAResetEvent(event); });
  set(table.lpWPUSetEvent, [](WSAEVENT event, LPINT) { return winsock.WSASetEvent(event); });
  set(table.lpWPUOpenCurrentThread, [](LPWSATHREADID, LPINT error) { return *error = kError, SOCKET_ERROR; });
  set(table.lpWPUCloseThread, [](LPWSATHREADID, LPINT error) { return *error = kError, SOCKET_ERROR; });
  return table;
}

constexpr uint32_t kRefused = 1u << 1 | 1u << 3 | 1u << 9 | 1u << 10 | 1u << 13 | 1u << 14;

WSAPROTOCOL_INFOW infoOf(SOCKET s) {
  WSAPROTOCOL_INFOW info{};
  int length = sizeof info;
  EXPECT(Socket::errorOf(winsock.getsockopt(s, SOL_SOCKET, kOptionProtocolInfo, &info, &length)), 0);
  EXPECT(length, 628);
  return info;
}

WSAPROTOCOL_INFOW ownInfo() { return infoOf(tcp().handle); }

int start(WSPPROC_TABLE& table, const WSPUPCALLTABLE& given = upcalls(), WORD version = 0x0202) {
  WSPDATA data{};
  WSAPROTOCOL_INFOW info = ownInfo();
  const int error = winsock.WSPStartup(version, &data, &info, given, &table);
  if (error == 0) EXPECT(data.wVersion, 0x0202);
  return error;
}

// A started provider, and a handle of the thread that calls it.
class Provider {
 public:
  Provider() {
    EXPECT(start(table), 0);
    const HANDLE process = winsock.GetCurrentProcess();
    EXPECT_TRUE(winsock.DuplicateHandle(process, winsock.GetCurrentThread(), process, &thread.ThreadHandle, 0, FALSE, 2));
  }
  ~Provider() {
    int error;
    table.lpWSPCleanup(&error);
    winsock.CloseHandle(thread.ThreadHandle);
  }
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  int acquire(SOCKET s, uint16_t start, uint16_t count, Instance& out, WSAOVERLAPPED* overlapped = nullptr) {
    PortRangeInput range{__builtin_bswap16(start), count};
    DWORD bytes = 0;
    int error = 0;
    const int result =
        table.lpWSPIoctl(s, kAcquire, &range, sizeof range, &out, sizeof out, &bytes, overlapped, nullptr, &thread, &error);
    return result == 0 ? 0 : error;
  }

  WSPPROC_TABLE table{};
  WSATHREADID thread{};
};

template <typename Table>
size_t nullEntries(const Table& table) {
  void* entries[sizeof table / sizeof(void*)];
  std::memcpy(entries, &table, sizeof entries);
  size_t found = 0;
  for (const void* entry : entries) found += entry == nullptr;
  return found;
}

}  // namespace

TEST("getsockopt(SO_PROTOCOL_INFOW) describes the socket and a base provider with IFS handles") {
  const WSAPROTOCOL_INFOW info = infoOf(udp6().handle);
  EXPECT(info.iAddressFamily, 23);
  EXPECT(info.iSocketType, 2);
  EXPECT(info.iProtocol, 17);
  EXPECT(info.iVersion, 2);
  EXPECT(info.ProtocolChain.ChainLen, 1);
  EXPECT(info.dwServiceFlags1 & 0x00020000, 0x00020000u);
  const WSAPROTOCOL_INFOW tcpInfo = ownInfo();
  EXPECT(std::memcmp(&info.ProviderId, &tcpInfo.ProviderId, 16), 0);
  EXPECT_TRUE(info.dwCatalogEntryId != tcpInfo.dwCatalogEntryId);
  Socket s = tcp();
  char few[600];
  int length = sizeof few;
  EXPECT(Socket::errorOf(winsock.getsockopt(s.handle, SOL_SOCKET, kOptionProtocolInfo, few, &length)), WSAEFAULT);
}

TEST("WSPStartup fills in 30 functions, and each call needs a WSPCleanup") {
  WSPPROC_TABLE table{}, second{};
  EXPECT(start(table), 0);
  EXPECT(start(second, upcalls(), 0x0303), 0);  // later than the latest version
  EXPECT(nullEntries(table), 0u);
  EXPECT(counts().providerStartups, 2u);
  int error = 0;
  EXPECT(table.lpWSPCleanup(&error), 0);
  EXPECT(table.lpWSPCleanup(&error), 0);
  EXPECT(counts().providerStartups, 0u);
  EXPECT(table.lpWSPCleanup(&error), SOCKET_ERROR);
  EXPECT(error, WSANOTINITIALISED);
  EXPECT(counts().calls[WINSOCK_SIMULATOR_WSPSTARTUP], 2u);
}

TEST("WSPStartup refuses an old version, a foreign provider and missing arguments") {
  WSPPROC_TABLE table{};
  EXPECT(start(table, upcalls(), 0x0101), WSAVERNOTSUPPORTED);
  EXPECT(start(table, upcalls(), 0x0002), WSAVERNOTSUPPORTED);  // 2.0
  WSPDATA data;
  WSAPROTOCOL_INFOW info = ownInfo();
  EXPECT(winsock.WSPStartup(0x0202, nullptr, &info, upcalls(), &table), WSAEFAULT);
  EXPECT(winsock.WSPStartup(0x0202, &data, nullptr, upcalls(), &table), WSAEFAULT);
  EXPECT(winsock.WSPStartup(0x0202, &data, &info, upcalls(), nullptr), WSAEFAULT);
  reinterpret_cast<uint8_t*>(&info.ProviderId)[15] ^= 1;
  EXPECT(winsock.WSPStartup(0x0202, &data, &info, upcalls(), &table), WSAEINVAL);
  info = ownInfo();
  info.ProtocolChain.ChainLen = 2;  // a chain with a layered provider
  EXPECT(winsock.WSPStartup(0x0202, &data, &info, upcalls(), &table), WSAEINVAL);
  WSPUPCALLTABLE incomplete = upcalls();
  incomplete.lpWPUCloseThread = nullptr;
  EXPECT(start(table, incomplete), WSAEFAULT);
  EXPECT(winsock.FailNext(WINSOCK_SIMULATOR_WSPSTARTUP, 1, WSAEPROCLIM), 0u);
  EXPECT(start(table), WSAEPROCLIM);
  EXPECT(nullEntries(table), 30u);
  EXPECT(counts().providerStartups, 0u);
  EXPECT(winsock.WSACleanup(), 0);
  EXPECT(winsock.WSPStartup(0x0202, &data, &info, upcalls(), &table), WSASYSNOTREADY);
  WSADATA winsockData;
  EXPECT(winsock.WSAStartup(0x0202, &winsockData), 0);
}

TEST("WSPIoctl acquires, and is counted separately from WSAIoctl") {
  Provider provider;
  Socket s = tcp();
  Instance out{};
  EXPECT(provider.acquire(s.handle, 5000, 20, out), 0);
  EXPECT(out.start(), 5000);
  EXPECT(s.associate(out.token), 0);
  const auto counted = counts();
  EXPECT(counted.calls[WINSOCK_SIMULATOR_WSPIOCTL], 1u);
  EXPECT(counted.calls[WINSOCK_SIMULATOR_WSAIOCTL], 1u);
  EXPECT(counted.calls[WINSOCK_SIMULATOR_ACQUIRE], 1u);
  EXPECT(counted.calls[WINSOCK_SIMULATOR_ASSOCIATE], 1u);
}

TEST("WSPIoctl reports errors only through lpErrno") {
  Provider provider;
  Socket s = tcp(), other = tcp();
  Instance out{};
  EXPECT(provider.acquire(s.handle, 5000, 20, out), 0);
  EXPECT(provider.acquire(other.handle, 5000, 20, out), WSAEADDRINUSE);
  EXPECT_TRUE(winsock.WSAGetLastError() != WSAEADDRINUSE && winsock.WSAGetLastError() != 0);
  EXPECT(provider.acquire(INVALID_SOCKET, 5000, 20, out), WSAENOTSOCK);
  EXPECT(winsock.FailNext(WINSOCK_SIMULATOR_WSPIOCTL, 1, WSAENETDOWN), 0u);
  EXPECT(provider.acquire(other.handle, 6000, 1, out), WSAENETDOWN);
  EXPECT(winsock.FailNext(WINSOCK_SIMULATOR_ACQUIRE, 1, WSAEACCES), 0u);
  EXPECT(provider.acquire(other.handle, 6000, 1, out), WSAEACCES);
}

TEST("WSPIoctl needs a thread with a real handle, and an lpErrno") {
  Provider provider;
  Socket s = tcp();
  Instance out{};
  PortRangeInput range{__builtin_bswap16(5000), 20};
  DWORD bytes;
  const auto call = [&](LPWSATHREADID thread, LPINT error) {
    return provider.table.lpWSPIoctl(s.handle, kAcquire, &range, 4, &out, 16, &bytes, nullptr, nullptr, thread, error);
  };
  int error = 0;
  EXPECT(call(nullptr, &error), SOCKET_ERROR);
  EXPECT(error, WSAEFAULT);
  WSATHREADID pseudo{winsock.GetCurrentThread(), 0};
  EXPECT(call(&pseudo, &error), SOCKET_ERROR);
  EXPECT(error, WSAEINVAL);
  EXPECT(call(&provider.thread, nullptr), SOCKET_ERROR);
  EXPECT(counts().runtimeReservations, 0u);
}

TEST("WSPIoctl with an OVERLAPPED is pending and completes later") {
  Provider provider;
  Socket s = tcp(WSA_FLAG_OVERLAPPED);
  EXPECT(winsock.SetLatency(WINSOCK_SIMULATOR_ACQUIRE, WINSOCK_SIMULATOR_UNTIL_RELEASED), 0u);
  Instance out{};
  WSAOVERLAPPED overlapped{};
  EXPECT(provider.acquire(s.handle, 5000, 20, out, &overlapped), WSA_IO_PENDING);
  DWORD bytes = 0, flags = 0;
  int error = 0;
  EXPECT(provider.table.lpWSPGetOverlappedResult(s.handle, &overlapped, &bytes, FALSE, &flags, &error), FALSE);
  EXPECT(error, WSA_IO_INCOMPLETE);
  EXPECT(winsock.ReleasePending(1), 1u);
  EXPECT(provider.table.lpWSPGetOverlappedResult(s.handle, &overlapped, &bytes, FALSE, &flags, &error), TRUE);
  EXPECT(bytes, 16u);
  EXPECT(out.start(), 5000);
}

TEST("Winsock functions work on the provider's sockets") {
  Provider provider;
  const WSPPROC_TABLE& wsp = provider.table;
  int error = 0;
  const SOCKET s = wsp.lpWSPSocket(2, 1, 6, nullptr, 0, WSA_FLAG_OVERLAPPED, &error);
  EXPECT_TRUE(s != INVALID_SOCKET);
  Address address = ipv4(24100);
  EXPECT(wsp.lpWSPListen(s, 1, &error), SOCKET_ERROR);
  EXPECT(error, WSAEINVAL);
  EXPECT(wsp.lpWSPBind(s, reinterpret_cast<sockaddr*>(address.bytes.data()), address.length, &error), 0);
  Address name = ipv4(0);
  EXPECT(wsp.lpWSPGetSockName(s, reinterpret_cast<sockaddr*>(name.bytes.data()), &name.length, &error), 0);
  EXPECT(name.port(), 24100);
  int value = 1, length = sizeof value;
  EXPECT(wsp.lpWSPSetSockOpt(s, SOL_SOCKET, 0x0008, reinterpret_cast<char*>(&value), length, &error), 0);  // SO_KEEPALIVE
  value = 0;
  EXPECT(wsp.lpWSPGetSockOpt(s, SOL_SOCKET, 0x0008, reinterpret_cast<char*>(&value), &length, &error), 0);
  EXPECT_TRUE(value != 0);
  EXPECT(wsp.lpWSPListen(s, 1, &error), 0);
  EXPECT(wsp.lpWSPGetPeerName(s, reinterpret_cast<sockaddr*>(name.bytes.data()), &name.length, &error), SOCKET_ERROR);
  EXPECT(error, WSAENOTCONN);
  const SOCKET client = wsp.lpWSPSocket(2, 1, 6, nullptr, 0, WSA_FLAG_OVERLAPPED, &error);
  EXPECT(wsp.lpWSPConnect(client, reinterpret_cast<sockaddr*>(address.bytes.data()), address.length, nullptr, nullptr, nullptr,
                          nullptr, &error),
         0);
  EXPECT(wsp.lpWSPShutdown(client, 1, &error), 0);
  EXPECT(wsp.lpWSPCloseSocket(client, &error), 0);
  EXPECT(wsp.lpWSPCloseSocket(s, &error), 0);
  EXPECT(wsp.lpWSPCloseSocket(s, &error), SOCKET_ERROR);
  EXPECT(error, WSAENOTSOCK);
}

TEST("functions that the provider lacks fail with WSAEOPNOTSUPP") {
  Provider provider;
  const WSPPROC_TABLE& wsp = provider.table;
  int error = 0;
  EXPECT(wsp.lpWSPCancelBlockingCall(&error), SOCKET_ERROR);
  EXPECT(error, WSAEOPNOTSUPP);
  error = 0;
  EXPECT(wsp.lpWSPAccept(1, nullptr, nullptr, nullptr, 0, &error), INVALID_SOCKET);
  EXPECT(error, WSAEOPNOTSUPP);
  error = 0;
  EXPECT(wsp.lpWSPGetQOSByName(1, nullptr, nullptr, &error), FALSE);
  EXPECT(error, WSAEOPNOTSUPP);
}

TEST("a provider uses the upcalls of the last WSPStartup") {
  Provider provider;
  WSPUPCALLTABLE refusing = upcalls();
  set(refusing.lpWPUModifyIFSHandle, [](DWORD, SOCKET, LPINT error) { return *error = WSAENOBUFS, INVALID_SOCKET; });
  WSPPROC_TABLE second{};
  EXPECT(start(second, refusing), 0);
  int error = 0;
  EXPECT(provider.table.lpWSPSocket(2, 1, 6, nullptr, 0, 0, &error), INVALID_SOCKET);
  EXPECT(error, WSAENOBUFS);
  EXPECT(counts().openSockets, 0u);
  EXPECT(second.lpWSPCleanup(&error), 0);
}

TEST("TryUpcalls reports wrong and refused upcalls") {
  Provider provider;
  uint32_t refused = 0;
  EXPECT(winsock.TryUpcalls(&refused), 0u);
  EXPECT(refused, kRefused);
  WSPUPCALLTABLE wrong = upcalls();
  set(wrong.lpWPUModifyIFSHandle, [](DWORD, SOCKET s, LPINT) { return s + 1; });
  set(wrong.lpWPUCreateEvent, [](LPINT) -> WSAEVENT { return nullptr; });  // without an error
  set(wrong.lpWPUCloseThread, [](LPWSATHREADID, LPINT) { return 7; });
  WSPPROC_TABLE second{};
  EXPECT(start(second, wrong), 0);
  EXPECT(winsock.TryUpcalls(&refused) & (1u << 2 | 1u << 6 | 1u << 14), 1u << 2 | 1u << 6 | 1u << 14);
  int error = 0;
  EXPECT(second.lpWSPCleanup(&error), 0);
}

TEST("VirtualAlloc and VirtualProtect provide executable memory that is not writable") {
  auto* const code = static_cast<unsigned char*>(winsock.VirtualAlloc(nullptr, 4096, 0x3000, 0x04));
  EXPECT_TRUE(code != nullptr);
#if defined(__x86_64__)
  const unsigned char seven[] = {0xb8, 7, 0, 0, 0, 0xc3};  // mov eax, 7; ret
#else
  const unsigned char seven[] = {0xe0, 0x00, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6};  // mov w0, #7; ret
#endif
  std::memcpy(code, seven, sizeof seven);
  DWORD former = 0;
  EXPECT_TRUE(winsock.VirtualProtect(code, 4096, 0x20, &former));
  EXPECT(former, 0x04u);
  EXPECT_TRUE(winsock.FlushInstructionCache(winsock.GetCurrentProcess(), code, sizeof seven));
  EXPECT(reinterpret_cast<int (*)()>(code)(), 7);
}
