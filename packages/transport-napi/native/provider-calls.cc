#include <cstring>

#include "call-arguments.h"
#include "call-result.h"
#include "exports.h"

namespace winport {
namespace {

constexpr const char* kInfoExpected = "The argument must be a Uint8Array as long as a WSAPROTOCOL_INFOW";

// Reads the bytes of a WSAPROTOCOL_INFOW.
template <size_t kCount>
bool readInfo(const CallArguments<kCount>& arguments, size_t index, Bytes& bytes) {
  if (!arguments.read(index, kInfoExpected, bytes)) return false;
  return bytes.size == sizeof(WSAPROTOCOL_INFOW) || arguments.refuse(kInfoExpected);
}

// protocolInfo(socket, info): the result of getsockopt(SO_PROTOCOL_INFOW) into `info`.
napi_value protocolInfo(napi_env env, napi_callback_info callback) {
  const CallArguments<2> arguments(env, callback);
  WinsockSocket* socket;
  Bytes bytes;
  if (!arguments.read(0, arguments.environment().sockets, kSocketExpected, socket) || !readInfo(arguments, 1, bytes)) {
    return nullptr;
  }
  WSAPROTOCOL_INFOW info{};
  const int error = socket->library().protocolInfo(socket->handle(), info);
  if (error == 0) std::memcpy(bytes.data, &info, sizeof info);
  return errorToJavaScript(env, error);
}

// startProvider(library, info): the result of WSPStartup.
napi_value startProvider(napi_env env, napi_callback_info callback) {
  const CallArguments<2> arguments(env, callback);
  WinsockLibrary* library;
  Bytes bytes;
  if (!arguments.read(0, arguments.environment().libraries, kLibraryExpected, library) || !readInfo(arguments, 1, bytes)) {
    return nullptr;
  }
  WSAPROTOCOL_INFOW info;
  std::memcpy(&info, bytes.data, sizeof info);
  return errorToJavaScript(env, library->startProvider(info));
}

// stopProvider(library): the result of WSPCleanup.
napi_value stopProvider(napi_env env, napi_callback_info callback) {
  const CallArguments<1> arguments(env, callback);
  WinsockLibrary* library;
  if (!arguments.read(0, arguments.environment().libraries, kLibraryExpected, library)) return nullptr;
  return errorToJavaScript(env, library->stopProvider());
}

constexpr Export kExports[] = {
    {"protocolInfo", protocolInfo}, {"startProvider", startProvider}, {"stopProvider", stopProvider}};

}  // namespace

std::span<const Export> providerExports() { return kExports; }

}  // namespace winport
