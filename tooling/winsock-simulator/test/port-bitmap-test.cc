#include "pool/port-bitmap.h"

#include <memory>
#include <random>
#include <vector>

#include "test-program.h"

using namespace simulator;

TEST("bitmap searches agree with a check of every port") {
  std::mt19937 random(1);
  const auto below = [&](uint32_t limit) { return static_cast<uint32_t>(random() % limit); };
  for (int turn = 0; turn < 300; ++turn) {
    auto bitmap = std::make_unique<PortBitmap>();
    bitmap->clearAll();
    std::vector<bool> model(kPortLimit);
    for (int step = 0; step < 40; ++step) {
      const uint32_t start = 1000 + below(500);
      const PortRange range{start, 1 + below(130)};
      const bool set = below(3) != 0;
      set ? bitmap->set(range) : bitmap->clear(range);
      std::fill_n(model.begin() + range.start, range.count, set);
    }
    const auto words = [&](uint32_t index) { return bitmap->word(index); };
    const uint32_t from = 990 + below(300), end = from + 1 + below(500), count = 1 + below(70);
    uint32_t set = from, clear = from, last = end, run = end;
    while (set < end && !model[set]) ++set;
    while (clear < end && model[clear]) ++clear;
    for (uint32_t port = from; port < end; ++port) {
      if (model[port]) last = port;
    }
    for (uint32_t start = from, length = 0, port = from; port < end && run == end; ++port) {
      if (model[port]) length = 0;
      else if (length++ == 0) start = port;
      if (length == count) run = start;
    }
    EXPECT(firstSet(words, from, end), set);
    EXPECT(firstClear(words, from, end), clear);
    EXPECT(lastSet(words, from, end), last);
    EXPECT(lowestClearRun(words, from, end, count), run);
  }
}
