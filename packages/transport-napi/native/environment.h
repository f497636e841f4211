#pragma once

#include <initializer_list>
#include <memory>
#include <vector>

#include <napi.h>

#include "completion-queue.h"
#include "key-table.h"
#include "overlapped-call.h"
#include "winsock-library.h"
#include "winsock-socket.h"

namespace winport {

// The state of the addon in one environment: the main thread or a worker. Only the environment's thread uses it.
class Environment {
 public:
  // Returns null with a JavaScript exception pending if Node-API refuses.
  static Environment* attach(Napi::Env env);

  explicit Environment(Napi::Env env) : env_(env) {}
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // The key of the library that these paths name, which is loaded once. 0 on failure, with the reason in `failure`.
  uint64_t load(const LibraryPaths& paths, std::string& failure);

  // Takes over a pending call and returns its key. If the system refuses to wait for the call, this cancels it and blocks until it is
  // complete; it then returns 0 with the result in `outcome`.
  uint64_t addPending(std::unique_ptr<OverlappedCall> call, uint64_t socketKey, const WinsockSocket& socket, Napi::Value output,
                      Outcome& outcome);

  KeyTable<WinsockLibrary> libraries;
  KeyTable<WinsockSocket> sockets;
  KeyTable<OverlappedCall> calls;
  // Waits again for the calls that the system has refused to wait for, and finishes those that have completed. Returns whether the
  // system has refused again for one of them.
  bool retryWaits();

  // Called for each pending call that completes, with its key, its result and the number of bytes that it returned.
  Napi::FunctionReference onComplete;
  // Called without arguments if the system refuses to wait for a call. The callee must then call retryWaits() from time to time until
  // it returns false.
  Napi::FunctionReference onWaitRefused;
  // lpcbBytesReturned of the last control call that failed at once.
  DWORD failedBytesReturned = 0;

 private:
  static void onWake(napi_env env, napi_value callback, void* environment, void* data);
  static void onCleanup(void* environment);

  bool start();
  void storeOutput(const OverlappedCall& call);
  void finishCalls();
  void finishOrWait(OverlappedCall& call);
  void finish(std::unique_ptr<OverlappedCall> call);
  void callBack(const Napi::FunctionReference& listener, std::initializer_list<napi_value> arguments);
  void tearDown();
  void awaitAllCalls();

  Napi::Env env_;
  napi_threadsafe_function wake_ = nullptr;
  std::shared_ptr<CompletionQueue> completions_;
  std::vector<uint64_t> libraryKeys_;
  std::vector<uint64_t> unwaitedKeys_;  // of the pending calls that the system has refused to wait for
  size_t pending_ = 0;
  bool tornDown_ = false;
};

}  // namespace winport
