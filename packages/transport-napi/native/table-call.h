#pragma once

#include <tuple>

#include "call-arguments.h"
#include "call-result.h"

namespace winport {

// A call that writes into a buffer, as a function for JavaScript: (library, integers..., buffer). The result is the size of the whole
// result in bytes, of which as much is written as fits, or the error.
template <auto kCall>
struct TableCall;

template <typename... Integers, Outcome (*kCall)(const WinsockLibrary&, Bytes, Integers...)>
struct TableCall<kCall> {
  static napi_value run(napi_env env, napi_callback_info info) {
    const CallArguments<sizeof...(Integers) + 2> arguments(env, info);
    WinsockLibrary* library = nullptr;
    std::tuple<Integers...> integers{};
    Bytes target;
    size_t next = 1;
    const auto readIntegers = [&](Integers&... integer) { return (arguments.read(next++, kIntegerExpected, integer) && ...); };
    if (!arguments.read(0, arguments.environment().libraries, kLibraryExpected, library) || !std::apply(readIntegers, integers) ||
        !arguments.read(next, kBytesExpected, target)) {
      return nullptr;
    }
    return toJavaScript(env, std::apply([&](Integers... integer) { return kCall(*library, target, integer...); }, integers));
  }
};

inline Outcome sized(size_t size) { return {0, static_cast<DWORD>(size)}; }
inline Outcome failed(DWORD error) { return {static_cast<int>(error), 0}; }

}  // namespace winport
