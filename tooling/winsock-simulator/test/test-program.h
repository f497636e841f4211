#pragma once

#include <cstdint>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

// A test program. `--list` lists its tests, `--run NAME` runs one, and no argument runs all. It starts itself with `--role ROLE ARGS...`
// as another process. Each test prints `ok NAME`, or `not ok NAME` and the reason. Each starts with an empty pool in the default world.
//
//   TEST("1: TCP and UDP are reserved apart") { EXPECT(actual, expected); }

struct Test {
  Test(const char* name, void (*run)());
};
struct Role {
  Role(const char* name, int (*run)(const std::vector<std::string>& arguments));
};

[[noreturn]] void fail(const char* file, int line, const std::string& why);

template <typename Actual, typename Expected>
void expectEqual(const char* file, int line, const char* expression, const Actual& actual, const Expected& expected) {
  if (actual == static_cast<Actual>(expected)) return;
  std::ostringstream why;
  why << expression << " is " << actual << ", not " << expected;
  fail(file, line, why.str());
}

#define EXPECT(actual, expected) expectEqual(__FILE__, __LINE__, #actual, actual, expected)
#define EXPECT_TRUE(condition) \
  do {                         \
    if (!(condition)) fail(__FILE__, __LINE__, #condition " does not hold"); \
  } while (false)

#define TEST_JOIN(a, b) a##b
#define TEST_NAMED(number, name)                                                  \
  static void TEST_JOIN(test, number)();                                          \
  static const Test TEST_JOIN(registered, number){name, TEST_JOIN(test, number)}; \
  static void TEST_JOIN(test, number)()
#define TEST(name) TEST_NAMED(__COUNTER__, name)
#define ROLE_NAMED(number, name, arguments)                                       \
  static int TEST_JOIN(role, number)(const std::vector<std::string>& arguments);  \
  static const Role TEST_JOIN(registered, number){name, TEST_JOIN(role, number)}; \
  static int TEST_JOIN(role, number)(const std::vector<std::string>& arguments)
#define ROLE(name, arguments) ROLE_NAMED(__COUNTER__, name, arguments)
