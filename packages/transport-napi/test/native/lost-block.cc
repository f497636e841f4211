// Makes the addon leak one block of memory when it is loaded, for the test of the leak check.
#include <cstdlib>

namespace {

void* volatile last = nullptr;

const bool lost = [] {
  last = std::malloc(48);
  last = nullptr;
  return true;
}();

}  // namespace
