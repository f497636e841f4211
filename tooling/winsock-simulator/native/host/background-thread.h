#pragma once

#include <functional>

namespace simulator {

// A thread that runs until the process ends and is no business of the program's: it takes no signals.
void startBackgroundThread(std::function<void()> run);

}  // namespace simulator
