#include "overlapped-call.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "winsock-socket.h"

namespace winport {
namespace {

// Copies a JavaScript buffer to native memory: to `shortBuffer` if it fits, else to a new `longBuffer`. Null stays null.
template <typename ShortBuffer>
bool copyIn(Bytes from, Bytes& to, ShortBuffer& shortBuffer, std::unique_ptr<std::byte[]>& longBuffer) {
  to = {nullptr, from.size};
  if (from.data == nullptr) return true;
  if (from.size > sizeof shortBuffer) {
    longBuffer.reset(new (std::nothrow) std::byte[from.size]);
    if (longBuffer == nullptr) return false;
  }
  to.data = longBuffer == nullptr ? reinterpret_cast<std::byte*>(shortBuffer.data()) : longBuffer.get();
  std::memcpy(to.data, from.data, from.size);
  return true;
}

}  // namespace

std::unique_ptr<OverlappedCall> OverlappedCall::create(WinsockLibrary& library) {
  const WSAEVENT event = library.functions().WSACreateEvent();
  return std::unique_ptr<OverlappedCall>(event == nullptr ? nullptr : new OverlappedCall(library, event));
}

OverlappedCall::OverlappedCall(WinsockLibrary& library, WSAEVENT event) : library_(library) { overlapped_.hEvent = event; }

OverlappedCall::~OverlappedCall() { library_.functions().WSACloseEvent(overlapped_.hEvent); }

bool OverlappedCall::load(Bytes from, Bytes to) {
  return copyIn(from, input_, shortInput_, longInput_) && copyIn(to, output_, shortOutput_, longOutput_);
}

void OverlappedCall::store(Bytes to) const {
  const size_t size = std::min(to.size, output_.size);
  if (size > 0 && to.data != nullptr && output_.data != nullptr) std::memcpy(to.data, output_.data, size);
}

void OverlappedCall::unload() {
  longInput_.reset();
  longOutput_.reset();
  output.Reset();
  queue_.reset();
  key = socketKey = 0;
}

int OverlappedCall::wait(std::shared_ptr<CompletionQueue> queue) {
  queue_ = std::move(queue);
  const WinsockFunctions& winsock = library_.functions();
  const BOOL registered = winsock.RegisterWaitForSingleObject(&wait_, overlapped_.hEvent, &OverlappedCall::onSignalled, this,
                                                              INFINITE, WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD);
  if (registered) return 0;
  wait_ = nullptr;
  const int error = winsock.WSAGetLastError();
  return error == 0 ? WSAENOBUFS : error;
}

// Runs on a thread of the system.
void CALLBACK OverlappedCall::onSignalled(void* context, BOOLEAN) {
  auto* call = static_cast<OverlappedCall*>(context);
  // The call may be freed as soon as it is in the queue; the queue must not be.
  const std::shared_ptr<CompletionQueue> queue = call->queue_;
  queue->push(*call);
}

void OverlappedCall::endWait() {
  if (wait_ == nullptr) return;
  library_.functions().UnregisterWaitEx(wait_, INVALID_HANDLE_VALUE);
  wait_ = nullptr;
}

Outcome OverlappedCall::finish(const WinsockSocket* socket) {
  const auto bytes = static_cast<DWORD>(overlapped_.InternalHigh);
  if (static_cast<int32_t>(overlapped_.Internal) >= 0) return {0, bytes};
  if (socket == nullptr) return {WSA_OPERATION_ABORTED, bytes};
  const WinsockFunctions& winsock = library_.functions();
  DWORD transferred = 0;
  DWORD flags = 0;
  if (winsock.WSAGetOverlappedResult(socket->handle(), &overlapped_, &transferred, 0, &flags)) return {0, transferred};
  return {winsock.WSAGetLastError(), bytes};
}

Outcome OverlappedCall::finishNow(const WinsockSocket& socket) {
  const WinsockFunctions& winsock = library_.functions();
  DWORD transferred = 0;
  DWORD flags = 0;
  if (winsock.WSAGetOverlappedResult(socket.handle(), &overlapped_, &transferred, 1, &flags)) return {0, transferred};
  return {winsock.WSAGetLastError(), transferred};
}

void OverlappedCall::cancel(const WinsockSocket& socket) {
  library_.functions().CancelIoEx(reinterpret_cast<HANDLE>(socket.handle()), &overlapped_);
}

}  // namespace winport
