#include <utility>

#include "call-arguments.h"
#include "call-result.h"
#include "exports.h"

namespace winport {
namespace {

// onComplete(function): sets the function that is called with (key, result, bytesReturned) for each pending call that completes.
// onWaitRefused(function): sets the function that is called if the system refuses to wait for a pending call.
template <Napi::FunctionReference Environment::*kListener>
napi_value setListener(napi_env env, napi_callback_info info) {
  const CallArguments<1> arguments(env, info);
  napi_valuetype type = napi_undefined;
  if (napi_typeof(env, arguments[0], &type) != napi_ok || type != napi_function) {
    arguments.refuse("The argument must be a function");
    return nullptr;
  }
  arguments.environment().*kListener = Napi::Persistent(Napi::Function(env, arguments[0]));
  return nullptr;
}

// retryWaits(): waits again for the calls that the system has refused to wait for. Returns whether it has refused again.
napi_value retryWaits(napi_env env, napi_callback_info info) {
  const CallArguments<1> arguments(env, info);
  napi_value refused = nullptr;
  napi_get_boolean(env, arguments.environment().retryWaits(), &refused);
  return refused;
}

// startIoctl(socket, code, input, output), startProviderIoctl(...): the result, or the key of the call if it is pending.
template <ControlCall kCall>
napi_value startIoctl(napi_env env, napi_callback_info info) {
  const CallArguments<4> arguments(env, info);
  Environment& environment = arguments.environment();
  WinsockSocket* socket;
  uint64_t socketKey;
  DWORD code;
  Bytes input;
  Bytes output;
  if (!arguments.read(0, environment.sockets, kSocketExpected, socket, socketKey) ||
      !arguments.read(1, kIntegerExpected, code) || !arguments.read(2, kBytesExpected, input) ||
      !arguments.read(3, kBytesExpected, output)) {
    return nullptr;
  }
  WinsockLibrary& library = socket->library();
  environment.failedBytesReturned = 0;
  if (environment.calls.isFull()) return errorToJavaScript(env, WSAENOBUFS);
  std::unique_ptr<OverlappedCall> call = library.takeCall();
  if (call == nullptr) return errorToJavaScript(env, library.functions().WSAGetLastError());
  if (!call->load(input, output)) {
    library.giveCall(std::move(call));
    return errorToJavaScript(env, WSAENOBUFS);
  }
  Outcome outcome = call->start<kCall>(*socket, code);
  const bool pending = outcome.error == WSA_IO_PENDING && !call->isComplete();
  if (pending) {
    const uint64_t key =
        environment.addPending(std::move(call), socketKey, *socket, Napi::Value(env, arguments[3]), outcome);
    if (key != 0) return keyToJavaScript(env, key);
    environment.failedBytesReturned = outcome.bytesReturned;
    return toJavaScript(env, outcome);
  }
  if (outcome.error == WSA_IO_PENDING) outcome = call->finish(socket);  // it has completed by now
  if (outcome.error == 0) {
    call->store(output);
  } else {
    environment.failedBytesReturned = outcome.bytesReturned;
  }
  library.giveCall(std::move(call));
  return toJavaScript(env, outcome);
}

// cancel(call): asks the kernel to cancel the call. If the socket is closed, this does nothing: closing it has cancelled the call, and
// another socket may have the same number.
napi_value cancel(napi_env env, napi_callback_info info) {
  const CallArguments<1> arguments(env, info);
  Environment& environment = arguments.environment();
  OverlappedCall* call;
  if (!arguments.read(0, environment.calls, kCallExpected, call)) return nullptr;
  const WinsockSocket* socket = environment.sockets.find(call->socketKey);
  if (socket != nullptr) call->cancel(*socket);
  return nullptr;
}

constexpr Export kExports[] = {{"onComplete", setListener<&Environment::onComplete>},
                               {"onWaitRefused", setListener<&Environment::onWaitRefused>},
                               {"retryWaits", retryWaits},
                               {"startIoctl", startIoctl<callWinsock>},
                               {"startProviderIoctl", startIoctl<callProvider>},
                               {"cancel", cancel}};

}  // namespace

std::span<const Export> overlappedExports() { return kExports; }

}  // namespace winport
