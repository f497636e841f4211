#include "child-process.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "test-program.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#ifdef _WIN32

struct ChildProcess::System {
  HANDLE process = nullptr;
  ~System() {
    if (process == nullptr) return;
    TerminateProcess(process, 9);
    WaitForSingleObject(process, INFINITE);
    CloseHandle(process);
  }
};

ChildProcess::ChildProcess(const std::string& role, const std::vector<std::string>& arguments) : system_(new System) {
  char self[MAX_PATH + 1];
  GetModuleFileNameA(nullptr, self, sizeof self);
  std::string line = "\"" + std::string(self) + "\" --role " + role;
  for (const std::string& argument : arguments) line += " \"" + argument + "\"";
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION started{};
  EXPECT_TRUE(CreateProcessA(self, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup, &started));
  CloseHandle(started.hThread);
  system_->process = started.hProcess;
}

int ChildProcess::wait() {
  WaitForSingleObject(system_->process, INFINITE);
  DWORD code = 0;
  GetExitCodeProcess(system_->process, &code);
  return static_cast<int>(code);
}

#else

struct ChildProcess::System {
  pid_t pid = 0;
  int status = 0;
  void reap() {
    if (pid != 0) waitpid(pid, &status, 0);
    pid = 0;
  }
  ~System() {
    if (pid != 0) ::kill(pid, SIGKILL);
    reap();
  }
};

ChildProcess::ChildProcess(const std::string& role, const std::vector<std::string>& arguments) : system_(new System) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  std::vector<const char*> line{self.c_str(), "--role", role.c_str()};
  for (const std::string& argument : arguments) line.push_back(argument.c_str());
  line.push_back(nullptr);
  system_->pid = fork();
  EXPECT_TRUE(system_->pid >= 0);
  if (system_->pid == 0) {
    execv(self.c_str(), const_cast<char**>(line.data()));
    _exit(127);
  }
}

int ChildProcess::wait() {
  system_->reap();
  return WIFEXITED(system_->status) ? WEXITSTATUS(system_->status) : -1;
}

#endif

ChildProcess::~ChildProcess() = default;
ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;

void ChildProcess::kill() { system_ = nullptr; }

Mailbox::Mailbox() {
  path_ = (std::filesystem::temp_directory_path() / ("winsock-simulator-test-" + std::to_string(std::random_device{}()))).string();
}

Mailbox::~Mailbox() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

std::vector<std::string> Mailbox::waitForLines(size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    std::vector<std::string> lines;
    std::ifstream file(path_);
    for (std::string line; std::getline(file, line) && !file.eof();) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      lines.push_back(line);
    }
    if (lines.size() >= count) return lines;
    if (std::chrono::steady_clock::now() > deadline) fail(__FILE__, __LINE__, "the mailbox has too few lines");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Mailbox::post(const std::string& path, const std::string& line) {
  std::ofstream(path, std::ios::app | std::ios::binary) << line << "\n" << std::flush;
}
