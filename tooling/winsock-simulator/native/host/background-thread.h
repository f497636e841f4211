#pragma once

#include <functional>

namespace simulator {

// Starts a thread that runs until the process ends. It blocks all signals, so that they reach the program's own threads.
void startBackgroundThread(std::function<void()> run);

}  // namespace simulator
