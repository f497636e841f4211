#include "call-arguments.h"
#include "call-result.h"
#include "exports.h"

namespace winport {
namespace {

// ioctl(socket, code, input, output?), providerIoctl(...): the result. This is the hot path and allocates nothing. Leaving `output`
// out means null and is faster than passing null, because Node-API checks for null last.
template <ControlCall kCall>
napi_value ioctl(napi_env env, napi_callback_info info) {
  const CallArguments<4> arguments(env, info);
  Environment& environment = arguments.environment();
  WinsockSocket* socket;
  DWORD code;
  Bytes input;
  Bytes output;
  if (!arguments.read(0, environment.sockets, kSocketExpected, socket) || !arguments.read(1, kIntegerExpected, code) ||
      !arguments.read(2, kBytesExpected, input) ||
      (arguments.count() > 3 && !arguments.read(3, kBytesExpected, output))) {
    return nullptr;
  }
  const Outcome outcome = kCall(*socket, code, input, output, nullptr);
  if (outcome.error != 0) environment.failedBytesReturned = outcome.bytesReturned;
  return toJavaScript(env, outcome);
}

// failedBytesReturned(): lpcbBytesReturned of the last control call that failed at once.
napi_value failedBytesReturned(napi_env env, napi_callback_info info) {
  const CallArguments<1> arguments(env, info);
  return toJavaScript(env, int64_t{arguments.environment().failedBytesReturned});
}

constexpr Export kExports[] = {{"ioctl", ioctl<callWinsock>},
                               {"providerIoctl", ioctl<callProvider>},
                               {"failedBytesReturned", failedBytesReturned}};

}  // namespace

std::span<const Export> ioctlExports() { return kExports; }

}  // namespace winport
