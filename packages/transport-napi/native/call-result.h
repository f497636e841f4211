#pragma once

#include <cstdint>

#include <node_api.h>

#include "control-call.h"

namespace winport {

// The result of a call as JavaScript gets it: a count of at least 0, or -1 - error.
inline int64_t resultOf(Outcome outcome) {
  return outcome.error == 0 ? int64_t{outcome.bytesReturned} : -1 - int64_t{static_cast<uint32_t>(outcome.error)};
}

inline napi_value toJavaScript(napi_env env, int64_t number) {
  napi_value value = nullptr;
  if (number >= INT32_MIN && number <= INT32_MAX) {
    napi_create_int32(env, static_cast<int32_t>(number), &value);
  } else {
    napi_create_int64(env, number, &value);
  }
  return value;
}

inline napi_value toJavaScript(napi_env env, Outcome outcome) { return toJavaScript(env, resultOf(outcome)); }

inline napi_value errorToJavaScript(napi_env env, int error) { return toJavaScript(env, Outcome{error, 0}); }

inline napi_value keyToJavaScript(napi_env env, uint64_t key) {
  napi_value value = nullptr;
  napi_create_bigint_uint64(env, key, &value);
  return value;
}

}  // namespace winport
