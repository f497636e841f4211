// Makes an addon that loses one block of memory when it is loaded, for the test that leaks are noticed.
#include <cstdlib>

namespace {

void* volatile last = nullptr;

const bool lost = [] {
  last = std::malloc(48);
  last = nullptr;
  return true;
}();

}  // namespace
