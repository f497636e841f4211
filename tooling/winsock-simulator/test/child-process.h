#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// Another process that runs this program in one of its roles. The destructor kills it.
class ChildProcess {
 public:
  ChildProcess(const std::string& role, const std::vector<std::string>& arguments);
  ~ChildProcess();
  ChildProcess(ChildProcess&&) noexcept;

  void kill();  // as by kill -9; returns when the process has ended
  int wait();   // returns the exit code

 private:
  struct System;
  std::unique_ptr<System> system_;
};

// A file to which a child process writes lines. The destructor removes it.
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
