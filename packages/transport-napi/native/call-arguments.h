#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <node_api.h>

#include "environment.h"

namespace winport {

// The arguments of a call from JavaScript, each of which is checked. A `read` that returns false has thrown a TypeError. It uses
// Node-API's C functions, because node-addon-api's classes would double the cost of a control call.
template <size_t kCount>
class CallArguments {
 public:
  CallArguments(napi_env env, napi_callback_info info) : env_(env) {
    void* data = nullptr;
    napi_get_cb_info(env, info, &count_, values_, nullptr, &data);
    environment_ = static_cast<Environment*>(data);
  }

  napi_env env() const { return env_; }
  Environment& environment() const { return *environment_; }
  // The number of arguments that were passed, which may exceed kCount. Arguments that were not passed are undefined.
  size_t count() const { return count_; }
  napi_value operator[](size_t index) const { return values_[index]; }

  // Reads the key of an object in `table`.
  template <typename Value>
  bool read(size_t index, const KeyTable<Value>& table, const char* expected, Value*& value) const {
    uint64_t key = 0;
    return read(index, table, expected, value, key);
  }

  template <typename Value>
  bool read(size_t index, const KeyTable<Value>& table, const char* expected, Value*& value, uint64_t& key) const {
    bool lossless = false;
    const bool isKey = napi_get_value_bigint_uint64(env_, values_[index], &key, &lossless) == napi_ok && lossless;
    value = isKey ? table.find(key) : nullptr;
    return value != nullptr || refuse(expected);
  }

  // Reads a number that this integer type represents exactly.
  template <typename Integer>
  bool read(size_t index, const char* expected, Integer& value) const {
    double number = 0;
    if (napi_get_value_double(env_, values_[index], &number) != napi_ok) return refuse(expected);
    using Limits = std::numeric_limits<Integer>;
    if (!(number >= Limits::min() && number <= Limits::max())) return refuse(expected);  // NaN as well
    value = static_cast<Integer>(number);
    return value == number || refuse(expected);
  }

  // Reads a Uint8Array of less than 4 GB, or null.
  bool read(size_t index, const char* expected, Bytes& bytes) const {
    napi_typedarray_type type = napi_int8_array;
    void* data = nullptr;
    if (napi_get_typedarray_info(env_, values_[index], &type, &bytes.size, &data, nullptr, nullptr) == napi_ok) {
      if (type != napi_uint8_array || bytes.size > std::numeric_limits<uint32_t>::max()) return refuse(expected);
      static std::byte nothing;
      bytes.data = data == nullptr ? &nothing : static_cast<std::byte*>(data);  // an empty array is not NULL
      return true;
    }
    bytes = {};
    napi_valuetype kind = napi_undefined;
    return (napi_typeof(env_, values_[index], &kind) == napi_ok && kind == napi_null) || refuse(expected);
  }

  bool refuse(const char* expected) const {
    napi_throw_type_error(env_, "ERR_INVALID_ARG_TYPE", expected);
    return false;
  }

 private:
  napi_env env_;
  size_t count_ = kCount;
  napi_value values_[kCount];
  Environment* environment_;
};

inline constexpr const char* kSocketExpected = "The argument must be the key of an open socket";
inline constexpr const char* kLibraryExpected = "The argument must be the key of a library";
inline constexpr const char* kCallExpected = "The argument must be the key of a pending call";
inline constexpr const char* kIntegerExpected = "The argument must be an integer in range";
inline constexpr const char* kBytesExpected = "The argument must be a Uint8Array of less than 4 GB, or null";

}  // namespace winport
