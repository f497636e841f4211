#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <napi.h>

#include "completion-queue.h"
#include "control-call.h"
#include "winsock-library.h"

namespace winport {

class WinsockSocket;

// The memory of an overlapped call, which outlives the caller: the OVERLAPPED, its event, and copies of both buffers. The kernel does
// not get the caller's buffers, because V8 may collect or detach them while the call is pending.
class OverlappedCall {
 public:
  static std::unique_ptr<OverlappedCall> create(WinsockLibrary& library);
  ~OverlappedCall();
  OverlappedCall(const OverlappedCall&) = delete;
  OverlappedCall& operator=(const OverlappedCall&) = delete;

  // Copies the input `from` and the output `to`. The output is copied as well, so that bytes that the kernel does not write keep their values. Returns false if
  // there is no memory.
  bool load(Bytes from, Bytes to);
  // Copies the result to `to`, up to its size.
  void store(Bytes to) const;
  // Frees the resources of one call. The event stays.
  void unload();

  // Makes the call. The error may be WSA_IO_PENDING.
  template <ControlCall kCall>
  Outcome start(const WinsockSocket& socket, DWORD code) {
    resetEvent();
    overlapped_.Internal = 0;
    overlapped_.InternalHigh = 0;
    overlapped_.Offset = 0;
    overlapped_.OffsetHigh = 0;
    return kCall(socket, code, input_, output_, &overlapped_);
  }

  // An event that an earlier call or other code has signalled would end the wait at once.
  void resetEvent() { library_.functions().WSAResetEvent(overlapped_.hEvent); }
  // After WSA_IO_PENDING: has the system push this call to `queue` when its event is signalled. Returns an error, or 0.
  int wait(std::shared_ptr<CompletionQueue> queue);
  // Ends the wait. When this returns, no callback of the wait runs or will run.
  void endWait();
  // The same check as HasOverlappedIoCompleted of winbase.h.
  bool isComplete() {
    return std::atomic_ref(overlapped_.Internal).load(std::memory_order_acquire) != kStatusPending;
  }

  // How the call ended. `socket` is null if the socket is closed: another socket may have the same number by then, so the system is not
  // asked about it.
  Outcome finish(const WinsockSocket* socket);
  // Blocks the calling thread until the call is complete.
  Outcome finishNow(const WinsockSocket& socket);
  void cancel(const WinsockSocket& socket);

  WinsockLibrary& library() const { return library_; }

  // Set while the call is pending.
  uint64_t key = 0;
  uint64_t socketKey = 0;
  Napi::Reference<Napi::Value> output;
  OverlappedCall* next = nullptr;  // in the queue

 private:
  OverlappedCall(WinsockLibrary& library, WSAEVENT event);
  static void CALLBACK onSignalled(void* call, BOOLEAN timedOut);

  using ShortBuffer = std::array<uint64_t, 8>;  // aligned for every struct of the control codes

  WinsockLibrary& library_;
  OVERLAPPED overlapped_{};
  HANDLE wait_ = nullptr;
  std::shared_ptr<CompletionQueue> queue_;
  Bytes input_;
  Bytes output_;
  ShortBuffer shortInput_;
  ShortBuffer shortOutput_;
  std::unique_ptr<std::byte[]> longInput_;
  std::unique_ptr<std::byte[]> longOutput_;
};

}  // namespace winport
