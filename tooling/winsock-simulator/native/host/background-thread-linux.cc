#include "host/background-thread.h"

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace simulator {

void startBackgroundThread(std::function<void()> run) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(std::move(run)).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace simulator
