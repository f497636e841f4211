#include <algorithm>
#include <cstring>

#include "call-arguments.h"
#include "call-result.h"
#include "exports.h"

namespace winport {
namespace {

constexpr int kDelete = 2;  // in the order of kPersistentFunctions: Create, Lookup, Delete

// A call of IP Helper on a thread of libuv's pool. Node waits for it when the environment ends.
class PersistentCall final : public Napi::AsyncWorker {
 public:
  PersistentCall(const CallArguments<6>& arguments, const WinsockLibrary& library, uint32_t function, USHORT startPort,
                 USHORT count)
      : Napi::AsyncWorker(Napi::Function(arguments.env(), arguments[5])),
        isDelete_(function % 3 == kDelete),
        createOrLookup_(isDelete_ ? nullptr : library.persistentCreateOrLookup(function)),
        delete_(isDelete_ ? library.persistentDelete(function) : nullptr),
        startPort_(startPort),
        count_(count),
        output_(Napi::Persistent(Napi::Value(arguments.env(), arguments[4]))) {}

  bool exists() const { return createOrLookup_ != nullptr || delete_ != nullptr; }

  void Execute() override {
    error_ = isDelete_ ? delete_(startPort_, count_) : createOrLookup_(startPort_, count_, &token_);
  }

  void OnOK() override {
    const Napi::Env env = Env();
    size_t size = 0;
    void* data = nullptr;
    if (error_ == 0 && napi_get_typedarray_info(env, output_.Value(), nullptr, &size, &data, nullptr, nullptr) == napi_ok &&
        data != nullptr) {
      std::memcpy(data, &token_, std::min(size, sizeof token_));
    }
    Callback().Call({Napi::Number::New(env, error_)});
  }

 private:
  bool isDelete_;
  CreateOrLookup* createOrLookup_;
  Delete* delete_;
  USHORT startPort_;
  USHORT count_;
  ULONG64 token_ = 0;
  ULONG error_ = 0;
  Napi::Reference<Napi::Value> output_;
};

// callPersistent(library, function, startPort, count, token, done): whether the library exports the function. If so, `done` is called
// with the error that the function returned, after `token` is written.
napi_value callPersistent(napi_env env, napi_callback_info info) {
  const CallArguments<6> arguments(env, info);
  WinsockLibrary* library;
  uint32_t function;
  USHORT startPort;
  USHORT count;
  Bytes token;
  napi_valuetype type = napi_undefined;
  if (!arguments.read(0, arguments.environment().libraries, kLibraryExpected, library) ||
      !arguments.read(1, kIntegerExpected, function) || !arguments.read(2, kIntegerExpected, startPort) ||
      !arguments.read(3, kIntegerExpected, count) || !arguments.read(4, kBytesExpected, token)) {
    return nullptr;
  }
  if (function >= kPersistentFunctions || token.data == nullptr || napi_typeof(env, arguments[5], &type) != napi_ok ||
      type != napi_function) {
    arguments.refuse("The arguments must be a function's number, a Uint8Array and a function");
    return nullptr;
  }
  auto call = std::make_unique<PersistentCall>(arguments, *library, function, startPort, count);
  napi_value exists = nullptr;
  napi_get_boolean(env, call->exists(), &exists);
  if (call->exists()) call.release()->Queue();  // an AsyncWorker deletes itself
  return exists;
}

constexpr Export kExports[] = {{"callPersistent", callPersistent}};

}  // namespace

std::span<const Export> persistentExports() { return kExports; }

}  // namespace winport
