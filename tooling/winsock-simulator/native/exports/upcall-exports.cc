#include <cstring>
#include <thread>

#include "abi/winsock-errors.h"
#include "abi/winsock-spi-abi.h"
#include "process/simulated-process.h"
#include "winsock-simulator.h"

using namespace simulator;

namespace {

struct WinsockFdSet {
  uint32_t count = 0;
  SOCKET sockets[64]{};
};

enum class Answer { kRight, kRefused, kWrong };

Answer answerOf(bool right, bool failed, int error) {
  if (right) return Answer::kRight;
  return failed && error != 0 ? Answer::kRefused : Answer::kWrong;
}

void CALLBACK setFlag(DWORD_PTR flag) { *reinterpret_cast<bool*>(flag) = true; }

BOOL CALLBACK keepBlocking(DWORD_PTR) { return FALSE; }

// Makes each upcall of the table on a thread of the provider.
class Upcalls {
 public:
  explicit Upcalls(const WSPUPCALLTABLE& table) : table_(table) {}

  void tryAll() {
    tryEvents();
    trySockets();
    tryThread();
    tryTheRest();
  }

  uint32_t refused() const { return refused_; }
  uint32_t wrong() const { return ~right_ & ~refused_ & ((1u << 15) - 1); }

 private:
  void note(unsigned entry, Answer answer) {
    if (answer == Answer::kRight) right_ |= 1u << entry;
    if (answer == Answer::kRefused) refused_ |= 1u << entry;
  }

  void tryEvents() {
    int error = 0;
    const WSAEVENT event = table_.lpWPUCreateEvent(&error);
    note(2, answerOf(event != nullptr, event == nullptr, error));
    const auto tryOne = [&](unsigned entry, auto call) {
      int refusal = 0;
      const BOOL done = call(event, &refusal);
      note(entry, event == nullptr ? answerOf(false, !done, refusal) : answerOf(done, !done, refusal));
    };
    tryOne(12, table_.lpWPUSetEvent);
    tryOne(11, table_.lpWPUResetEvent);
    tryOne(0, table_.lpWPUCloseEvent);
  }

  void trySockets() {
    constexpr SOCKET kSocket = 0x1234;
    int error = 0;
    note(6, answerOf(table_.lpWPUModifyIFSHandle(1001, kSocket, &error) == kSocket, false, error));
    error = 0;
    const SOCKET created = table_.lpWPUCreateSocketHandle(1001, 77, &error);
    note(3, answerOf(created != INVALID_SOCKET, created == INVALID_SOCKET, error));
    DWORD_PTR context = 0;
    error = 0;
    const int queried = table_.lpWPUQuerySocketHandleContext(created, &context, &error);
    note(9, answerOf(queried == 0 && context == 77, queried == SOCKET_ERROR, error));
    error = 0;
    const int closed = table_.lpWPUCloseSocketHandle(created, &error);
    note(1, answerOf(closed == 0, closed == SOCKET_ERROR, error));
    WinsockFdSet set;
    set.count = 2;
    set.sockets[1] = kSocket;
    const auto isSet = [&](SOCKET s) {
#ifdef _WIN32
      return table_.lpWPUFDIsSet(s, reinterpret_cast<fd_set*>(&set)) != 0;
#else
      return table_.lpWPUFDIsSet(s, &set) != 0;
#endif
    };
    note(4, answerOf(isSet(kSocket) && !isSet(kSocket + 1), false, 0));
  }

  void tryThread() {
    WSATHREADID thread{};
    int error = 0;
    const int opened = table_.lpWPUOpenCurrentThread(&thread, &error);
    note(13, answerOf(opened == 0 && thread.ThreadHandle != nullptr, opened == SOCKET_ERROR, error));
    error = 0;
    const int queued = table_.lpWPUQueueApc(&thread, setFlag,
                                            reinterpret_cast<DWORD_PTR>(&called_), &error);
#ifdef _WIN32
    if (queued == 0) SleepEx(0, TRUE);
#endif
    note(10, answerOf(queued == 0 && called_, queued == SOCKET_ERROR, error));
    error = 0;
    const int closed = table_.lpWPUCloseThread(&thread, &error);
    note(14, answerOf(closed == 0, closed == SOCKET_ERROR, error));
  }

  void tryTheRest() {
    uint8_t provider[16] = {0x77};  // the id of no provider
    WCHAR path[260];
    int length = 260;
    int error = 0;
    const int found = table_.lpWPUGetProviderPath(reinterpret_cast<LPGUID>(provider), path, &length, &error);
    // Wine finds a path for any provider.
    note(5, answerOf(found == 0 || (found == SOCKET_ERROR && error == WSAEINVAL), found == SOCKET_ERROR, error));
    // No window has this handle, so the call must fail without a message loop.
    note(7, answerOf(table_.lpWPUPostMessage(reinterpret_cast<HWND>(uintptr_t{0x7ffffff0}), 0x400, 0, 0) == FALSE, false, 0));
    LPBLOCKINGCALLBACK callback = keepBlocking;
    DWORD_PTR context = 0;
    error = 0;
    const int asked = table_.lpWPUQueryBlockingCallback(1001, &callback, &context, &error);
    note(8, answerOf(asked == 0 && callback == nullptr, false, error));
  }

  WSPUPCALLTABLE table_;
  bool called_ = false;
  uint32_t right_ = 0;
  uint32_t refused_ = 0;
};

}  // namespace

EXPORT uint32_t WinsockSimulator_TryUpcalls(uint32_t* refused) {
  WSPUPCALLTABLE table;
  {
    SimulatedProcess& process = SimulatedProcess::current();
    const std::lock_guard lock(process.mutex);
    table = process.upcalls;
    if (refused != nullptr) *refused = 0;
    if (table.lpWPUCloseEvent == nullptr) return (1u << 15) - 1;
  }
  Upcalls upcalls(table);
  std::thread([&] { upcalls.tryAll(); }).join();
  if (refused != nullptr) *refused = upcalls.refused();
  return upcalls.wrong();
}
