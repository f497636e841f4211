#include "host/process-identity.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "host/file-descriptor-linux.h"

namespace simulator {
namespace {

// Returns field 22 of /proc/<pid>/stat, or 0 if the process does not exist or is a zombie.
uint64_t startTimeOf(uint32_t pid) {
  char path[32];
  std::snprintf(path, sizeof path, "/proc/%u/stat", pid);
  const FileDescriptor file(open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return 0;
  char text[1024];
  const ssize_t length = read(file.get(), text, sizeof text - 1);
  if (length <= 0) return 0;
  text[length] = '\0';
  const char* at = std::strrchr(text, ')');  // the command name may contain any character
  if (at == nullptr || std::strlen(at) < 3) return 0;
  const char state = at[2];
  if (state == 'Z' || state == 'X') return 0;
  for (int field = 2; field < 22; ++field) {
    at = std::strchr(at + 1, ' ');
    if (at == nullptr) return 0;
  }
  return std::strtoull(at, nullptr, 10);
}

}  // namespace

const ProcessIdentity& currentProcess() {
  static const ProcessIdentity self{startTimeOf(static_cast<uint32_t>(getpid())), static_cast<uint32_t>(getpid())};
  return self;
}

bool isAlive(const ProcessIdentity& process) {
  if (process == currentProcess()) return true;
  const uint64_t startedAt = startTimeOf(process.pid);
  return startedAt != 0 && startedAt == process.startedAt;
}

}  // namespace simulator
