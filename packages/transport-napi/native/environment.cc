#include "environment.h"

#include <chrono>
#include <thread>
#include <utility>

#include "call-result.h"

namespace winport {
namespace {

// How long an ending environment waits for the kernel to complete the calls that it has cancelled.
#ifdef WINPORT_PATIENCE_MS
constexpr std::chrono::milliseconds kPatience{WINPORT_PATIENCE_MS};
#else
constexpr std::chrono::milliseconds kPatience{3000};
#endif
constexpr std::chrono::milliseconds kPollInterval{1};

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

void Environment::finishCalls() {
  const Napi::HandleScope scope(env_);
  OverlappedCall* call = completions_->takeAll();
  while (call != nullptr) {
    OverlappedCall* next = call->next;
    call->endWait();
    finishOrWait(*call);
    call = next;
  }
  if (!unwaitedKeys_.empty()) callBack(onWaitRefused, {});
}

bool Environment::retryWaits() {
  for (const uint64_t key : std::exchange(unwaitedKeys_, {})) {
    if (OverlappedCall* call = calls.find(key)) finishOrWait(*call);
  }
  return !unwaitedKeys_.empty();
}

// The kernel owns the memory of a call until the call is complete. A signalled event does not prove that: other code may have
// signalled it. The event is reset before the check, so that the wait returns at once if the call completes after the check.
void Environment::finishOrWait(OverlappedCall& call) {
  call.resetEvent();
  if (call.isComplete()) {
    finish(calls.remove(call.key));
  } else if (call.wait(completions_) != 0) {
    unwaitedKeys_.push_back(call.key);
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
  callBack(onComplete, {key, toJavaScript(env_, outcome), toJavaScript(env_, int64_t{outcome.bytesReturned})});
}

// No JavaScript frame can catch an exception of the listener. It must not prevent the completion of other calls.
void Environment::callBack(const Napi::FunctionReference& listener, std::initializer_list<napi_value> arguments) {
  if (listener.IsEmpty()) return;
  napi_value result = nullptr;
  if (napi_call_function(env_, env_.Undefined(), listener.Value(), arguments.size(), arguments.begin(), &result) == napi_ok) return;
  napi_value exception = nullptr;
  if (napi_get_and_clear_last_exception(env_, &exception) == napi_ok) napi_fatal_exception(env_, exception);
}

void Environment::onCleanup(void* environment) { static_cast<Environment*>(environment)->tearDown(); }

// Memory that the kernel may still write to must outlive this environment. The memory of a call that does not complete in time is
// never freed.
void Environment::tearDown() {
  tornDown_ = true;
  completions_->close();
  napi_release_threadsafe_function(wake_, napi_tsfn_release);
  onComplete.Reset();
  onWaitRefused.Reset();
  calls.each([&](std::unique_ptr<OverlappedCall>& call) {
    if (const WinsockSocket* socket = sockets.find(call->socketKey)) call->cancel(*socket);
  });
  sockets.each([](std::unique_ptr<WinsockSocket>& socket) { socket->close(); });
  awaitAllCalls();
  calls.each([](std::unique_ptr<OverlappedCall>& call) {
    call->output.Reset();
    call->endWait();
    if (call->isComplete()) {
      call.reset();
    } else {
      call.release();
    }
  });
}

// Polls, because the system may have refused to wait for a call.
void Environment::awaitAllCalls() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto isPending = [&] {
    bool pending = false;
    calls.each([&](std::unique_ptr<OverlappedCall>& call) { pending = pending || !call->isComplete(); });
    return pending;
  };
  while (isPending() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(kPollInterval);
}

}  // namespace winport
