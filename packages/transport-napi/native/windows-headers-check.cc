// Compiled for Windows only. It generates no code: it checks our own declarations against the Windows headers.

#include "winsock-declarations.h"

#include <type_traits>

// The Windows headers define macros with these names, so our values are saved first.
namespace winport::declared::values {
#define WINPORT_KEEP(name) [[maybe_unused]] constexpr auto name##_ = name
WINPORT_KEEP(INVALID_SOCKET);
WINPORT_KEEP(SOCKET_ERROR);
WINPORT_KEEP(WSA_FLAG_OVERLAPPED);
WINPORT_KEEP(WSA_FLAG_NO_HANDLE_INHERIT);
WINPORT_KEEP(WSA_IO_PENDING);
WINPORT_KEEP(WSA_OPERATION_ABORTED);
WINPORT_KEEP(WSAEMFILE);
WINPORT_KEEP(WSAENOBUFS);
WINPORT_KEEP(WSANOTINITIALISED);
WINPORT_KEEP(WSAEOPNOTSUPP);
WINPORT_KEEP(WSAEINVAL);
WINPORT_KEEP(WSAVERNOTSUPPORTED);
WINPORT_KEEP(SOL_SOCKET);
WINPORT_KEEP(SO_PROTOCOL_INFOW);
WINPORT_KEEP(DUPLICATE_SAME_ACCESS);
WINPORT_KEEP(INFINITE);
WINPORT_KEEP(WT_EXECUTEONLYONCE);
WINPORT_KEEP(WT_EXECUTEINWAITTHREAD);
#undef WINPORT_KEEP
}  // namespace winport::declared::values

#include "winsock-library.h"

#include <iphlpapi.h>

namespace winport {
namespace {

// Whether two types are the same to a caller: integers of equal size and sign, equal pointers, or our void* for any data pointer.
template <typename Ours, typename Theirs>
constexpr bool isAlike() {
  if constexpr (std::is_integral_v<Ours> && std::is_integral_v<Theirs>) {
    return sizeof(Ours) == sizeof(Theirs) && std::is_signed_v<Ours> == std::is_signed_v<Theirs>;
  } else if constexpr (std::is_pointer_v<Ours> && std::is_pointer_v<Theirs>) {
    return std::is_same_v<Ours, Theirs> || std::is_void_v<std::remove_pointer_t<Ours>>;
  } else {
    return std::is_same_v<Ours, Theirs>;
  }
}

template <typename Ours, typename Theirs>
constexpr bool isAlikeCall = false;
template <typename Result, typename... Arguments, typename TheirResult, typename... TheirArguments>
  requires(sizeof...(Arguments) == sizeof...(TheirArguments))
constexpr bool isAlikeCall<Result(WSAAPI*)(Arguments...), TheirResult(WSAAPI*)(TheirArguments...)> =
    isAlike<Result, TheirResult>() && (isAlike<Arguments, TheirArguments>() && ...);

#define WINPORT_CHECK_TYPE(name) static_assert(isAlike<declared::name, ::name>(), #name)
WINPORT_CHECK_TYPE(SOCKET);
WINPORT_CHECK_TYPE(HANDLE);
WINPORT_CHECK_TYPE(WSAEVENT);
WINPORT_CHECK_TYPE(BOOL);
WINPORT_CHECK_TYPE(BOOLEAN);
WINPORT_CHECK_TYPE(WORD);
WINPORT_CHECK_TYPE(USHORT);
WINPORT_CHECK_TYPE(DWORD);
WINPORT_CHECK_TYPE(ULONG);
WINPORT_CHECK_TYPE(ULONG64);
WINPORT_CHECK_TYPE(ULONG_PTR);
WINPORT_CHECK_TYPE(GROUP);

#define WINPORT_CHECK_VALUE(name) static_assert(declared::values::name##_ == name, #name)
WINPORT_CHECK_VALUE(INVALID_SOCKET);
WINPORT_CHECK_VALUE(SOCKET_ERROR);
WINPORT_CHECK_VALUE(WSA_FLAG_OVERLAPPED);
WINPORT_CHECK_VALUE(WSA_FLAG_NO_HANDLE_INHERIT);
WINPORT_CHECK_VALUE(WSA_IO_PENDING);
WINPORT_CHECK_VALUE(WSA_OPERATION_ABORTED);
WINPORT_CHECK_VALUE(WSAEMFILE);
WINPORT_CHECK_VALUE(WSAENOBUFS);
WINPORT_CHECK_VALUE(WSANOTINITIALISED);
WINPORT_CHECK_VALUE(WSAEOPNOTSUPP);
WINPORT_CHECK_VALUE(WSAEINVAL);
WINPORT_CHECK_VALUE(WSAVERNOTSUPPORTED);
WINPORT_CHECK_VALUE(SOL_SOCKET);
WINPORT_CHECK_VALUE(SO_PROTOCOL_INFOW);
WINPORT_CHECK_VALUE(DUPLICATE_SAME_ACCESS);
WINPORT_CHECK_VALUE(INFINITE);
WINPORT_CHECK_VALUE(WT_EXECUTEONLYONCE);
WINPORT_CHECK_VALUE(WT_EXECUTEINWAITTHREAD);

static_assert(kWinsockVersion == MAKEWORD(2, 2));
static_assert(kNoProcedure == ERROR_PROC_NOT_FOUND);
static_assert(kStatusPending == STATUS_PENDING);

#ifdef _WIN64

#define WINPORT_CHECK_FIELD(type, name)                                        \
  static_assert(offsetof(declared::type, name) == offsetof(::type, name) &&    \
                    sizeof(declared::type::name) == sizeof(::type::name) &&    \
                    isAlike<decltype(declared::type::name), decltype(::type::name)>(), \
                #type "." #name)

static_assert(sizeof(declared::WSADATA) == sizeof(::WSADATA));
WINPORT_CHECK_FIELD(WSADATA, wVersion);
WINPORT_CHECK_FIELD(WSADATA, wHighVersion);
WINPORT_CHECK_FIELD(WSADATA, iMaxSockets);
WINPORT_CHECK_FIELD(WSADATA, iMaxUdpDg);
WINPORT_CHECK_FIELD(WSADATA, lpVendorInfo);
WINPORT_CHECK_FIELD(WSADATA, szDescription);
WINPORT_CHECK_FIELD(WSADATA, szSystemStatus);

static_assert(sizeof(declared::OVERLAPPED) == sizeof(::OVERLAPPED));
static_assert(sizeof(declared::WSAOVERLAPPED) == sizeof(::WSAOVERLAPPED));
WINPORT_CHECK_FIELD(OVERLAPPED, Internal);
WINPORT_CHECK_FIELD(OVERLAPPED, InternalHigh);
WINPORT_CHECK_FIELD(OVERLAPPED, Offset);
WINPORT_CHECK_FIELD(OVERLAPPED, OffsetHigh);
WINPORT_CHECK_FIELD(OVERLAPPED, hEvent);

// For these fields only position and size are compared: their types name other structs of our own.
#define WINPORT_CHECK_PLACE(type, name)                                     \
  static_assert(offsetof(declared::type, name) == offsetof(::type, name) && \
                    sizeof(declared::type::name) == sizeof(::type::name),   \
                #type "." #name)

static_assert(sizeof(declared::WSAPROTOCOL_INFOW) == sizeof(::WSAPROTOCOL_INFOW));
WINPORT_CHECK_PLACE(WSAPROTOCOL_INFOW, iVersion);
WINPORT_CHECK_PLACE(WSAPROTOCOL_INFOW, szProtocol);

static_assert(sizeof(declared::WSPDATA) == sizeof(::WSPDATA));
WINPORT_CHECK_PLACE(WSPDATA, wVersion);
WINPORT_CHECK_PLACE(WSPDATA, wHighVersion);
WINPORT_CHECK_PLACE(WSPDATA, szDescription);

static_assert(sizeof(declared::WSATHREADID) == sizeof(::WSATHREADID));
WINPORT_CHECK_PLACE(WSATHREADID, ThreadHandle);
WINPORT_CHECK_PLACE(WSATHREADID, Reserved);

static_assert(sizeof(declared::WSPPROC_TABLE) == sizeof(::WSPPROC_TABLE));
WINPORT_CHECK_PLACE(WSPPROC_TABLE, lpWSPCleanup);
WINPORT_CHECK_PLACE(WSPPROC_TABLE, lpWSPIoctl);

static_assert(sizeof(declared::WSPUPCALLTABLE) == sizeof(::WSPUPCALLTABLE));
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUCloseEvent);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUCloseSocketHandle);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUCreateEvent);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUCreateSocketHandle);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUFDIsSet);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUGetProviderPath);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUModifyIFSHandle);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUPostMessage);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUQueryBlockingCallback);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUQuerySocketHandleContext);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUQueueApc);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUResetEvent);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUSetEvent);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUOpenCurrentThread);
WINPORT_CHECK_PLACE(WSPUPCALLTABLE, lpWPUCloseThread);

#endif

#define WINPORT_CHECK_CALL(name) static_assert(isAlikeCall<decltype(WinsockFunctions::name), decltype(&::name)>, #name)
WINPORT_CHECK_CALL(WSAStartup);
WINPORT_CHECK_CALL(WSACleanup);
WINPORT_CHECK_CALL(WSAGetLastError);
WINPORT_CHECK_CALL(WSASocketW);
WINPORT_CHECK_CALL(closesocket);
WINPORT_CHECK_CALL(bind);
WINPORT_CHECK_CALL(getsockname);
WINPORT_CHECK_CALL(setsockopt);
WINPORT_CHECK_CALL(WSAIoctl);
WINPORT_CHECK_CALL(WSAGetOverlappedResult);
WINPORT_CHECK_CALL(WSACreateEvent);
WINPORT_CHECK_CALL(WSACloseEvent);
WINPORT_CHECK_CALL(WSAResetEvent);
WINPORT_CHECK_CALL(CancelIoEx);
WINPORT_CHECK_CALL(RegisterWaitForSingleObject);
WINPORT_CHECK_CALL(UnregisterWaitEx);

#define WINPORT_CHECK_PROVIDER_CALL(name) static_assert(isAlikeCall<decltype(ProviderFunctions::name), decltype(&::name)>, #name)
WINPORT_CHECK_PROVIDER_CALL(WSPStartup);
WINPORT_CHECK_PROVIDER_CALL(getsockopt);
WINPORT_CHECK_PROVIDER_CALL(GetCurrentProcess);
WINPORT_CHECK_PROVIDER_CALL(GetCurrentThread);
WINPORT_CHECK_PROVIDER_CALL(DuplicateHandle);
WINPORT_CHECK_PROVIDER_CALL(CloseHandle);

#define WINPORT_CHECK_PERSISTENT(verb, type)                                                        \
  static_assert(isAlikeCall<type*, decltype(&::verb##PersistentTcpPortReservation)>, #verb "Tcp"); \
  static_assert(isAlikeCall<type*, decltype(&::verb##PersistentUdpPortReservation)>, #verb "Udp")
WINPORT_CHECK_PERSISTENT(Create, CreateOrLookup);
WINPORT_CHECK_PERSISTENT(Lookup, CreateOrLookup);
WINPORT_CHECK_PERSISTENT(Delete, Delete);

}  // namespace
}  // namespace winport
