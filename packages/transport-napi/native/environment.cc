#include "environment.h"

#include <chrono>
#include <utility>

#include "call-result.h"

namespace winport {
namespace {

// How long an ending environment waits for the kernel to complete the calls that it has cancelled.
constexpr std::chrono::milliseconds kPatience{3000};

}  // namespace

Environment* Environment::attach(Napi::Env env) {
  auto environment = std::make_unique<Environment>(env);
  if (!environment->start()) {
    Napi::Error::New(env).ThrowAsJavaScriptException();
    return nullptr;
  }
  Environment* attached = environment.release();
  env.SetInstanceData<Environment>(attached);
  return attached;
}

// Cleanup hooks run in reverse order of registration. Ours must run before the threadsafe function's own: it closes the queue, so
// that no thread uses the threadsafe function afterwards.
bool Environment::start() {
  const Napi::String name = Napi::String::New(env_, "winport");
  if (napi_create_threadsafe_function(env_, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, &Environment::onWake, &wake_) !=
      napi_ok) {
    return false;
  }
  napi_unref_threadsafe_function(env_, wake_);
  completions_ = std::make_shared<CompletionQueue>(wake_);
  return napi_add_env_cleanup_hook(env_, &Environment::onCleanup, this) == napi_ok;
}

Environment::~Environment() {
  if (tornDown_ || completions_ == nullptr) return;
  napi_remove_env_cleanup_hook(env_, &Environment::onCleanup, this);
  tearDown();
}

uint64_t Environment::load(const LibraryPaths& paths, std::string& failure) {
  for (const uint64_t key : libraryKeys_) {
    if (libraries.find(key)->paths() == paths) return key;
  }
  std::unique_ptr<WinsockLibrary> library = WinsockLibrary::load(paths, failure);
  if (library == nullptr) return 0;
  libraryKeys_.push_back(libraries.add(std::move(library)));
  return libraryKeys_.back();
}

uint64_t Environment::addPending(std::unique_ptr<OverlappedCall> call, uint64_t socketKey, const WinsockSocket& socket,
                                 Napi::Value output, Outcome& outcome) {
  if (!output.IsNull()) call->output = Napi::Persistent(output);
  OverlappedCall& added = *call;
  const uint64_t key = calls.add(std::move(call));
  const int error = added.wait(completions_);
  if (error != 0) {
    added.cancel(socket);
    outcome = added.finishNow(socket);
    if (added.isComplete()) {
      if (outcome.error == 0) storeOutput(added);
      if (outcome.error == WSA_OPERATION_ABORTED) outcome.error = error;  // the reason for the cancellation
      added.library().giveCall(calls.remove(key));
      return 0;
    }
  }
  added.key = key;
  added.socketKey = socketKey;
  if (pending_++ == 0) napi_ref_threadsafe_function(env_, wake_);
  if (error != 0) completions_->push(added);  // no wait will push it
  return key;
}

// The caller may have detached or resized its buffer while the call was pending.
void Environment::storeOutput(const OverlappedCall& call) {
  if (call.output.IsEmpty()) return;
  Bytes output;
  void* data = nullptr;
  if (napi_get_typedarray_info(env_, call.output.Value(), nullptr, &output.size, &data, nullptr, nullptr) != napi_ok) return;
  output.data = static_cast<std::byte*>(data);
  call.store(output);
}

void Environment::onWake(napi_env env, napi_value, void* environment, void*) {
  if (env != nullptr) static_cast<Environment*>(environment)->finishCalls();
}

// The kernel owns the memory of a call until the call is complete. A call that cannot be waited for is polled.
void Environment::finishCalls() {
  const Napi::HandleScope scope(env_);
  OverlappedCall* call = completions_->takeAll();
  while (call != nullptr) {
    OverlappedCall* next = call->next;
    call->endWait();
    if (call->isComplete()) {
      finish(calls.remove(call->key));
    } else if (call->wait(completions_) != 0) {
      completions_->push(*call);
    }
    call = next;
  }
}

void Environment::finish(std::unique_ptr<OverlappedCall> call) {
  const Napi::HandleScope scope(env_);
  const Outcome outcome = call->finish(sockets.find(call->socketKey));
  if (outcome.error == 0) storeOutput(*call);
  const napi_value key = keyToJavaScript(env_, call->key);
  WinsockLibrary& library = call->library();
  library.giveCall(std::move(call));
  if (--pending_ == 0) napi_unref_threadsafe_function(env_, wake_);
  if (onComplete.IsEmpty()) return;
  const napi_value passed[] = {key, toJavaScript(env_, outcome), toJavaScript(env_, int64_t{outcome.bytesReturned})};
  napi_value result = nullptr;
  if (napi_call_function(env_, env_.Undefined(), onComplete.Value(), 3, passed, &result) == napi_ok) return;
  // No JavaScript frame can catch this exception. It must not prevent the completion of other calls.
  napi_value exception = nullptr;
  if (napi_get_and_clear_last_exception(env_, &exception) == napi_ok) napi_fatal_exception(env_, exception);
}

void Environment::onCleanup(void* environment) { static_cast<Environment*>(environment)->tearDown(); }

// Memory that the kernel may still write to must outlive this environment. The memory of a call that does not complete in time is
// never freed.
void Environment::tearDown() {
  tornDown_ = true;
  completions_->close();
  onComplete.Reset();
  calls.each([&](std::unique_ptr<OverlappedCall>& call) {
    if (const WinsockSocket* socket = sockets.find(call->socketKey)) call->cancel(*socket);
  });
  sockets.each([](std::unique_ptr<WinsockSocket>& socket) { socket->close(); });
  completions_->waitFor(pending_, kPatience);
  completions_->takeAll();
  calls.each([](std::unique_ptr<OverlappedCall>& call) {
    call->output.Reset();
    if (call->queued) call->endWait();
    if (call->queued && call->isComplete()) {
      call.reset();
    } else {
      call.release();
    }
  });
}

}  // namespace winport
