#pragma once

#include <memory>
#include <vector>

#include <napi.h>

#include "completion-queue.h"
#include "key-table.h"
#include "overlapped-call.h"
#include "winsock-library.h"
#include "winsock-socket.h"

namespace winport {

// All that one environment (the main thread, or a worker) has of this addon. It is used on the environment's thread alone.
class Environment {
 public:
  // Null, with an exception pending, if Node refuses.
  static Environment* attach(Napi::Env env);

  explicit Environment(Napi::Env env) : env_(env) {}
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // The library that these paths name, loaded once: its key, or 0 with the reason in `failure`.
  uint64_t load(const LibraryPaths& paths, std::string& failure);

  // Takes over a call that is pending and returns its key; 0, with how it ended, where that had to be waited for here.
  uint64_t addPending(std::unique_ptr<OverlappedCall> call, uint64_t socketKey, const WinsockSocket& socket, Napi::Value output,
                      Outcome& outcome);

  KeyTable<WinsockLibrary> libraries;
  KeyTable<WinsockSocket> sockets;
  KeyTable<OverlappedCall> calls;
  // Called with the key of a call that is complete, its result, and the bytes that it returned.
  Napi::FunctionReference onComplete;
  // What the last control call that failed at once reported through lpcbBytesReturned.
  DWORD failedBytesReturned = 0;

 private:
  static void onWake(napi_env env, napi_value callback, void* environment, void* data);
  static void onCleanup(void* environment);

  bool start();
  void storeOutput(const OverlappedCall& call);
  void finishCalls();
  void finish(std::unique_ptr<OverlappedCall> call);
  void tearDown();

  Napi::Env env_;
  napi_threadsafe_function wake_ = nullptr;
  std::shared_ptr<CompletionQueue> completions_;
  std::vector<uint64_t> libraryKeys_;
  size_t pending_ = 0;
  bool tornDown_ = false;
};

}  // namespace winport
