#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// This program once more, as another process in one of its roles. Killed when it goes out of scope.
class ChildProcess {
 public:
  ChildProcess(const std::string& role, const std::vector<std::string>& arguments);
  ~ChildProcess();
  ChildProcess(ChildProcess&&) noexcept;

  void kill();  // as by kill -9; comes back when it is dead
  int wait();   // its exit code

 private:
  struct System;
  std::unique_ptr<System> system_;
};

// A file in which a child says things, one line each; gone with the object.
class Mailbox {
 public:
  Mailbox();
  ~Mailbox();

  const std::string& path() const { return path_; }
  std::vector<std::string> waitForLines(size_t count);

  static void post(const std::string& path, const std::string& line);

 private:
  std::string path_;
};
