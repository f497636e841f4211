#include <limits>

#include "call-arguments.h"
#include "call-result.h"
#include "exports.h"

namespace winport {
namespace {

int errorOf(int result, const WinsockFunctions& winsock) { return result == SOCKET_ERROR ? winsock.WSAGetLastError() : 0; }

// openSocket(library, family, type, protocol): the key of the socket, or an error as a number. The socket is overlapped, and child
// processes do not inherit it.
napi_value openSocket(napi_env env, napi_callback_info info) {
  const CallArguments<4> arguments(env, info);
  Environment& environment = arguments.environment();
  WinsockLibrary* library;
  int family;
  int type;
  int protocol;
  if (!arguments.read(0, environment.libraries, kLibraryExpected, library) || !arguments.read(1, kIntegerExpected, family) ||
      !arguments.read(2, kIntegerExpected, type) || !arguments.read(3, kIntegerExpected, protocol)) {
    return nullptr;
  }
  if (environment.sockets.isFull()) return errorToJavaScript(env, WSAEMFILE);
  const WinsockFunctions& winsock = library->functions();
  const SOCKET handle =
      winsock.WSASocketW(family, type, protocol, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
  if (handle == INVALID_SOCKET) return errorToJavaScript(env, winsock.WSAGetLastError());
  return keyToJavaScript(env, environment.sockets.add(std::make_unique<WinsockSocket>(*library, handle)));
}

// closeSocket(socket): the result. The key is invalid afterwards.
napi_value closeSocket(napi_env env, napi_callback_info info) {
  const CallArguments<1> arguments(env, info);
  Environment& environment = arguments.environment();
  WinsockSocket* socket;
  uint64_t key;
  if (!arguments.read(0, environment.sockets, kSocketExpected, socket, key)) return nullptr;
  return errorToJavaScript(env, environment.sockets.remove(key)->close());
}

// descriptor(socket): the SOCKET as a number, or as a BigInt if a number cannot represent it.
napi_value descriptor(napi_env env, napi_callback_info info) {
  const CallArguments<1> arguments(env, info);
  WinsockSocket* socket;
  if (!arguments.read(0, arguments.environment().sockets, kSocketExpected, socket)) return nullptr;
  constexpr uint64_t kMaxSafeInteger = (uint64_t{1} << 53) - 1;
  const uint64_t handle = socket->handle();
  return handle <= kMaxSafeInteger ? toJavaScript(env, static_cast<int64_t>(handle)) : keyToJavaScript(env, handle);
}

// disown(socket): gives up ownership of the SOCKET without closing it. The key is invalid afterwards.
napi_value disown(napi_env env, napi_callback_info info) {
  const CallArguments<1> arguments(env, info);
  Environment& environment = arguments.environment();
  WinsockSocket* socket;
  uint64_t key;
  if (!arguments.read(0, environment.sockets, kSocketExpected, socket, key)) return nullptr;
  environment.sockets.remove(key)->giveAway();
  return nullptr;
}

// bind(socket, name, length): the result.
napi_value bind(napi_env env, napi_callback_info info) {
  const CallArguments<3> arguments(env, info);
  WinsockSocket* socket;
  Bytes name;
  uint32_t length;
  if (!arguments.read(0, arguments.environment().sockets, kSocketExpected, socket) ||
      !arguments.read(1, kBytesExpected, name) || !arguments.read(2, kIntegerExpected, length)) {
    return nullptr;
  }
  if (length > name.size || length > std::numeric_limits<uint16_t>::max()) {
    arguments.refuse(kIntegerExpected);
    return nullptr;
  }
  const WinsockFunctions& winsock = socket->functions();
  return errorToJavaScript(env, errorOf(winsock.bind(socket->handle(), name.data, static_cast<int>(length)), winsock));
}

// localName(socket, name): the result of getsockname into `name`.
napi_value localName(napi_env env, napi_callback_info info) {
  const CallArguments<2> arguments(env, info);
  WinsockSocket* socket;
  Bytes name;
  if (!arguments.read(0, arguments.environment().sockets, kSocketExpected, socket) ||
      !arguments.read(1, kBytesExpected, name)) {
    return nullptr;
  }
  const WinsockFunctions& winsock = socket->functions();
  int length = static_cast<int>(std::min<size_t>(name.size, std::numeric_limits<uint16_t>::max()));
  return errorToJavaScript(env, errorOf(winsock.getsockname(socket->handle(), name.data, &length), winsock));
}

// setOption(socket, level, option, value): the result.
napi_value setOption(napi_env env, napi_callback_info info) {
  const CallArguments<4> arguments(env, info);
  WinsockSocket* socket;
  int level;
  int option;
  int value;
  if (!arguments.read(0, arguments.environment().sockets, kSocketExpected, socket) ||
      !arguments.read(1, kIntegerExpected, level) || !arguments.read(2, kIntegerExpected, option) ||
      !arguments.read(3, kIntegerExpected, value)) {
    return nullptr;
  }
  const WinsockFunctions& winsock = socket->functions();
  return errorToJavaScript(env,
                           errorOf(winsock.setsockopt(socket->handle(), level, option, &value, sizeof value), winsock));
}

constexpr Export kExports[] = {{"openSocket", openSocket}, {"closeSocket", closeSocket}, {"descriptor", descriptor},
                               {"disown", disown},         {"bind", bind},               {"localName", localName},
                               {"setOption", setOption}};

}  // namespace

std::span<const Export> socketExports() { return kExports; }

}  // namespace winport
