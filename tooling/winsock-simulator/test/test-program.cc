#include "test-program.h"

#include <cstdio>
#include <cstring>
#include <map>
#include <stdexcept>
#include <utility>

#include "winsock.h"

namespace {

using Run = void (*)();
using RunRole = int (*)(const std::vector<std::string>&);

std::vector<std::pair<std::string, Run>>& tests() {
  static std::vector<std::pair<std::string, Run>> all;
  return all;
}
std::map<std::string, RunRole>& roles() {
  static std::map<std::string, RunRole> all;
  return all;
}

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool run(const std::string& name, Run test) {
  WSADATA data;
  try {
    EXPECT(winsock.WSAStartup(0x0202, &data), 0);
    EXPECT(winsock.SetWorld(""), 0u);
    EXPECT(winsock.Reset(), 0u);
    test();
    EXPECT(winsock.Reset(), 0u);
    WinsockSimulator_CountsResult counts;
    EXPECT(winsock.Counts(&counts), 0u);
    EXPECT(counts.openSockets, 0u);
    EXPECT(winsock.WSACleanup(), 0);
    std::printf("ok %s\n", name.c_str());
    return true;
  } catch (const std::exception& error) {
    std::printf("not ok %s\n  %s\n", name.c_str(), error.what());
    while (winsock.WSACleanup() == 0) continue;
    return false;
  }
}

}  // namespace

Test::Test(const char* name, void (*run)()) { tests().emplace_back(name, run); }
Role::Role(const char* name, int (*run)(const std::vector<std::string>&)) { roles()[name] = run; }

void fail(const char* file, int line, const std::string& why) {
  throw Failure(std::string(file) + ":" + std::to_string(line) + ": " + why);
}

int main(int count, char** arguments) {
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  const std::vector<std::string> given(arguments + 1, arguments + count);
  if (given.size() >= 2 && given[0] == "--role") {
    return roles().at(given[1])({given.begin() + 2, given.end()});
  }
  bool passed = true;
  for (const auto& [name, test] : tests()) {
    if (!given.empty() && given[0] == "--list") {
      std::printf("%s\n", name.c_str());
    } else if (given.empty() || (given.size() == 2 && given[1] == name)) {
      passed &= run(name, test);
    }
  }
  winsock.DestroyPool(nullptr);
  return passed ? 0 : 1;
}
