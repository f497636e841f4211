// The simulator as a service provider of Winsock, as mswsock.dll is on Windows. It works on the same sockets.
#include <algorithm>
#include <cstring>
#include <iterator>
#include <mutex>
#include <tuple>

#include "abi/winsock-spi-abi.h"
#include "exports/winsock-call.h"
#include "process/control-call.h"
#include "process/protocol-info.h"

EXPORT SOCKET WSAAPI WSASocketW(int, int, int, LPWSAPROTOCOL_INFOW, GROUP, DWORD);
EXPORT int WSAAPI closesocket(SOCKET);
EXPORT int WSAAPI bind(SOCKET, const sockaddr*, int);
EXPORT int WSAAPI connect(SOCKET, const sockaddr*, int);
EXPORT int WSAAPI listen(SOCKET, int);
EXPORT int WSAAPI shutdown(SOCKET, int);
EXPORT int WSAAPI getsockname(SOCKET, sockaddr*, int*);
EXPORT int WSAAPI getpeername(SOCKET, sockaddr*, int*);
EXPORT int WSAAPI setsockopt(SOCKET, int, int, const char*, int);
EXPORT int WSAAPI getsockopt(SOCKET, int, int, char*, int*);
EXPORT BOOL WSAAPI WSAGetOverlappedResult(SOCKET, LPWSAOVERLAPPED, LPDWORD, BOOL, LPDWORD);

using namespace simulator;

namespace {

// The last error after a call of the provider: a number that is no error, because providers do not set it.
constexpr int kMeaningless = 0x5EED;

int startupsOfProvider() {
  SimulatedProcess& process = SimulatedProcess::current();
  const std::lock_guard lock(process.mutex);
  return static_cast<int>(process.providerStartups);
}

// The frame of a provider's function: the error is stored in lpErrno only.
template <typename Result, typename Call>
Result asProvider(LPINT lpErrno, Result failure, Call call) noexcept {
  Result result = failure;
  if (lpErrno != nullptr) {
    if (startupsOfProvider() == 0) {
      *lpErrno = WSANOTINITIALISED;
    } else {
      result = call();
      if (result == failure) *lpErrno = lastError();
    }
  }
  setLastError(kMeaningless);
  return result;
}

int refuse(int error) {
  setLastError(error);
  return SOCKET_ERROR;
}

// A function that Winsock also has, without lpErrno.
template <auto kFunction, auto kFailure>
struct Delegated;

template <typename Result, typename... Arguments, Result(WSAAPI* kFunction)(Arguments...), auto kFailure>
struct Delegated<kFunction, kFailure> {
  static Result WSPAPI call(Arguments... arguments, LPINT lpErrno) {
    return asProvider(lpErrno, static_cast<Result>(kFailure), [&] { return kFunction(arguments...); });
  }
};

// A function of any signature that always fails. Its last argument is lpErrno.
template <typename Function, auto kFailure>
struct Unsupported;

template <typename Result, typename... Arguments, auto kFailure>
struct Unsupported<Result(WSPAPI*)(Arguments...), kFailure> {
  static Result WSPAPI call(Arguments... arguments) {
    const LPINT lpErrno = std::get<sizeof...(Arguments) - 1>(std::tuple<Arguments...>(arguments...));
    return asProvider(lpErrno, static_cast<Result>(kFailure), [] {
      setLastError(WSAEOPNOTSUPP);
      return static_cast<Result>(kFailure);
    });
  }
};

bool isRealThread(const WSATHREADID* thread) {
  const auto pseudoHandle = reinterpret_cast<HANDLE>(~uintptr_t{1});  // the value of GetCurrentThread()
  return thread->ThreadHandle != nullptr && thread->ThreadHandle != INVALID_HANDLE_VALUE && thread->ThreadHandle != pseudoHandle;
}

int WSPAPI ioctlOfProvider(SOCKET s, DWORD code, LPVOID in, DWORD inLength, LPVOID out, DWORD outLength, LPDWORD bytesReturned,
                           LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion, LPWSATHREADID thread,
                           LPINT lpErrno) {
  return asProvider(lpErrno, SOCKET_ERROR, [&] {
    if (thread == nullptr) return refuse(WSAEFAULT);
    if (!isRealThread(thread)) return refuse(WSAEINVAL);
    const ControlCall call{s, code, in, inLength, out, outLength, bytesReturned, overlapped, completion};
    return makeControlCall(WINSOCK_SIMULATOR_WSPIOCTL, call) == 0 ? 0 : SOCKET_ERROR;
  });
}

// As in mswsock, the socket is the handle that Winsock returns for the provider's handle.
SOCKET WSPAPI socketOfProvider(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags,
                               LPINT lpErrno) {
  return asProvider(lpErrno, INVALID_SOCKET, [&] {
    const SOCKET opened = WSASocketW(family, type, protocol, info, group, flags);
    if (opened == INVALID_SOCKET) return INVALID_SOCKET;
    decltype(WSPUPCALLTABLE::lpWPUModifyIFSHandle) modify;
    {
      SimulatedProcess& process = SimulatedProcess::current();
      const std::lock_guard lock(process.mutex);
      modify = process.upcalls.lpWPUModifyIFSHandle;
    }
    int error = 0;
    const SOCKET modified = modify(info == nullptr ? 0 : info->dwCatalogEntryId, opened, &error);
    if (modified == INVALID_SOCKET) {
      closesocket(opened);
      setLastError(error);
    }
    return modified;
  });
}

int WSPAPI cleanUpProvider(LPINT lpErrno) {
  return asProvider(lpErrno, SOCKET_ERROR, [] {
    SimulatedProcess& process = SimulatedProcess::current();
    const std::lock_guard lock(process.mutex);
    if (const int fault = process.script.next(WINSOCK_SIMULATOR_WSPCLEANUP)) return refuse(fault);
    --process.providerStartups;
    return 0;
  });
}

int WSPAPI connectOfProvider(SOCKET s, const sockaddr* name, int length, LPWSABUF, LPWSABUF, LPQOS, LPQOS, LPINT lpErrno) {
  return asProvider(lpErrno, SOCKET_ERROR, [&] { return connect(s, name, length); });
}

template <auto kFunction, auto kFailure = SOCKET_ERROR, typename Entry>
void delegate(Entry& entry) {
  entry = &Delegated<kFunction, kFailure>::call;
}

template <auto kFailure = SOCKET_ERROR, typename Entry>
void leaveOut(Entry& entry) {
  entry = &Unsupported<Entry, kFailure>::call;
}

WSPPROC_TABLE functionsOfProvider() {
  WSPPROC_TABLE table{};
  leaveOut<INVALID_SOCKET>(table.lpWSPAccept);
  leaveOut(table.lpWSPAddressToString);
  leaveOut(table.lpWSPAsyncSelect);
  delegate<bind>(table.lpWSPBind);
  leaveOut(table.lpWSPCancelBlockingCall);
  table.lpWSPCleanup = cleanUpProvider;
  delegate<closesocket>(table.lpWSPCloseSocket);
  table.lpWSPConnect = connectOfProvider;
  leaveOut(table.lpWSPDuplicateSocket);
  leaveOut(table.lpWSPEnumNetworkEvents);
  leaveOut(table.lpWSPEventSelect);
  delegate<WSAGetOverlappedResult, FALSE>(table.lpWSPGetOverlappedResult);
  delegate<getpeername>(table.lpWSPGetPeerName);
  delegate<getsockname>(table.lpWSPGetSockName);
  delegate<getsockopt>(table.lpWSPGetSockOpt);
  leaveOut<FALSE>(table.lpWSPGetQOSByName);
  table.lpWSPIoctl = ioctlOfProvider;
  leaveOut<INVALID_SOCKET>(table.lpWSPJoinLeaf);
  delegate<listen>(table.lpWSPListen);
  leaveOut(table.lpWSPRecv);
  leaveOut(table.lpWSPRecvDisconnect);
  leaveOut(table.lpWSPRecvFrom);
  leaveOut(table.lpWSPSelect);
  leaveOut(table.lpWSPSend);
  leaveOut(table.lpWSPSendDisconnect);
  leaveOut(table.lpWSPSendTo);
  delegate<setsockopt>(table.lpWSPSetSockOpt);
  delegate<shutdown>(table.lpWSPShutdown);
  table.lpWSPSocket = socketOfProvider;
  leaveOut(table.lpWSPStringToAddress);
  return table;
}

bool isComplete(const WSPUPCALLTABLE& upcalls) {
  void* entries[15];
  static_assert(sizeof entries == sizeof upcalls);
  std::memcpy(entries, &upcalls, sizeof entries);
  return std::find(std::begin(entries), std::end(entries), nullptr) == std::end(entries);
}

}  // namespace

// Returns the error. As with a real provider, each call but the first only replaces the upcalls.
EXPORT int WSPAPI WSPStartup(WORD version, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls,
                             LPWSPPROC_TABLE table) {
  const int error = atBorder([&] {
    SimulatedProcess& process = SimulatedProcess::current();
    const std::lock_guard lock(process.mutex);
    if (const int fault = process.script.next(WINSOCK_SIMULATOR_WSPSTARTUP)) return fault;
    if (process.startups == 0) return static_cast<int>(WSASYSNOTREADY);
    if (data == nullptr || table == nullptr || info == nullptr) return static_cast<int>(WSAEFAULT);
    const unsigned major = version & 0xff;
    const unsigned minor = version >> 8;
    if (major < 2 || (major == 2 && minor < 2)) return static_cast<int>(WSAVERNOTSUPPORTED);
    if (!isOfThisProvider(*info)) return static_cast<int>(WSAEINVAL);
    if (!isComplete(upcalls)) return static_cast<int>(WSAEFAULT);
    *data = {};
    data->wVersion = 0x0202;
    data->wHighVersion = 0x0202;
    *table = functionsOfProvider();
    process.upcalls = upcalls;
    ++process.providerStartups;
    return 0;
  });
  setLastError(kMeaningless);
  return error;
}
