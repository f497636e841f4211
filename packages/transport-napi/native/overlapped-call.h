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

// What an overlapped call needs to outlive its caller: the OVERLAPPED, its event, and copies of both buffers. Those that the call
// was made with stay V8's, which moves, collects and detaches them as it likes.
class OverlappedCall {
 public:
  static std::unique_ptr<OverlappedCall> create(WinsockLibrary& library);
  ~OverlappedCall();
  OverlappedCall(const OverlappedCall&) = delete;
  OverlappedCall& operator=(const OverlappedCall&) = delete;

  // Copies what goes in; the output too, so that what the kernel leaves alone comes back as it was. False if there is no memory.
  bool load(Bytes input, Bytes output);
  // Copies what came out, as far as there is room for it.
  void store(Bytes output) const;
  // Frees what one call needed.
  void unload();

  // Makes the call: its error, WSA_IO_PENDING included.
  template <ControlCall kCall>
  Outcome start(const WinsockSocket& socket, DWORD code) {
    overlapped_.Internal = 0;
    overlapped_.InternalHigh = 0;
    overlapped_.Offset = 0;
    overlapped_.OffsetHigh = 0;
    return kCall(socket, code, input_, output_, &overlapped_);
  }

  // After WSA_IO_PENDING: sees to it that the call is in the queue when it is complete. An error, or 0.
  int wait(std::shared_ptr<CompletionQueue> queue);
  // Comes back when nothing of the system's refers to this wait any more.
  void endWait();
  // What winbase.h's HasOverlappedIoCompleted asks.
  bool isComplete() {
    return std::atomic_ref(overlapped_.Internal).load(std::memory_order_acquire) != kStatusPending;
  }

  // How it ended. `socket` is null if it is closed, and then nothing is asked of its number, which may be somebody else's.
  Outcome finish(const WinsockSocket* socket);
  // Waits in the calling thread.
  Outcome finishNow(const WinsockSocket& socket);
  void cancel(const WinsockSocket& socket);

  WinsockLibrary& library() const { return library_; }

  // While it is pending.
  uint64_t key = 0;
  uint64_t socketKey = 0;
  Napi::Reference<Napi::Value> output;
  OverlappedCall* next = nullptr;  // in the queue
  bool queued = false;

 private:
  OverlappedCall(WinsockLibrary& library, WSAEVENT event);
  static void CALLBACK onSignalled(void* call, BOOLEAN timedOut);

  static constexpr size_t kInlineSize = 64;

  WinsockLibrary& library_;
  OVERLAPPED overlapped_{};
  HANDLE wait_ = nullptr;
  std::shared_ptr<CompletionQueue> queue_;
  Bytes input_;
  Bytes output_;
  alignas(16) std::array<std::byte, kInlineSize> shortInput_;
  alignas(16) std::array<std::byte, kInlineSize> shortOutput_;
  std::unique_ptr<std::byte[]> longInput_;
  std::unique_ptr<std::byte[]> longOutput_;
};

}  // namespace winport
