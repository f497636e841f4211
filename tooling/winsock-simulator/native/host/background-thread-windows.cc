#include "host/background-thread.h"

#include <windows.h>

#include <thread>
#include <utility>

namespace simulator {

void startBackgroundThread(std::function<void()> run) {
  HMODULE library;  // pins the library, whose code the thread runs
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCWSTR>(&startBackgroundThread), &library);
  std::thread(std::move(run)).detach();
}

}  // namespace simulator
