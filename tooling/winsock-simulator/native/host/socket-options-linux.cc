#include "host/socket-options-linux.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "abi/winsock-errors.h"
#include "host/errno-linux.h"

namespace simulator {
namespace {

enum class Value { kInt, kMilliseconds, kLinger, kError };

struct Option {
  int winsockLevel, winsockName;
  int level, name;
  Value value;
};

constexpr int kSolSocket = 0xffff;

constexpr Option kOptions[] = {
    {kSolSocket, 0x0001, SOL_SOCKET, SO_DEBUG, Value::kInt},
    {kSolSocket, 0x0002, SOL_SOCKET, SO_ACCEPTCONN, Value::kInt},
    {kSolSocket, 0x0004, SOL_SOCKET, SO_REUSEADDR, Value::kInt},
    {kSolSocket, 0x0008, SOL_SOCKET, SO_KEEPALIVE, Value::kInt},
    {kSolSocket, 0x0010, SOL_SOCKET, SO_DONTROUTE, Value::kInt},
    {kSolSocket, 0x0020, SOL_SOCKET, SO_BROADCAST, Value::kInt},
    {kSolSocket, 0x0080, SOL_SOCKET, SO_LINGER, Value::kLinger},
    {kSolSocket, 0x0100, SOL_SOCKET, SO_OOBINLINE, Value::kInt},
    {kSolSocket, 0x1001, SOL_SOCKET, SO_SNDBUF, Value::kInt},
    {kSolSocket, 0x1002, SOL_SOCKET, SO_RCVBUF, Value::kInt},
    {kSolSocket, 0x1005, SOL_SOCKET, SO_SNDTIMEO, Value::kMilliseconds},
    {kSolSocket, 0x1006, SOL_SOCKET, SO_RCVTIMEO, Value::kMilliseconds},
    {kSolSocket, 0x1007, SOL_SOCKET, SO_ERROR, Value::kError},
    {kSolSocket, 0x1008, SOL_SOCKET, SO_TYPE, Value::kInt},
    {IPPROTO_TCP, 1, IPPROTO_TCP, TCP_NODELAY, Value::kInt},
    {IPPROTO_TCP, 3, IPPROTO_TCP, TCP_KEEPIDLE, Value::kInt},
    {IPPROTO_TCP, 16, IPPROTO_TCP, TCP_KEEPCNT, Value::kInt},
    {IPPROTO_TCP, 17, IPPROTO_TCP, TCP_KEEPINTVL, Value::kInt},
    {IPPROTO_IP, 3, IPPROTO_IP, IP_TOS, Value::kInt},
    {IPPROTO_IP, 4, IPPROTO_IP, IP_TTL, Value::kInt},
    {IPPROTO_IPV6, 4, IPPROTO_IPV6, IPV6_UNICAST_HOPS, Value::kInt},
    {IPPROTO_IPV6, 27, IPPROTO_IPV6, IPV6_V6ONLY, Value::kInt},
};

const Option* find(int level, int name) {
  const auto* found = std::find_if(std::begin(kOptions), std::end(kOptions), [&](const Option& option) {
    return option.winsockLevel == level && option.winsockName == name;
  });
  return found == std::end(kOptions) ? nullptr : found;
}

struct WindowsLinger {
  uint16_t on;
  uint16_t seconds;
};

int set(int descriptor, const Option& option, const void* value, socklen_t length) {
  return syscall(SYS_setsockopt, descriptor, option.level, option.name, value, length) == 0 ? 0 : winsockErrorOf(errno);
}

int get(int descriptor, const Option& option, void* value, socklen_t length) {
  return syscall(SYS_getsockopt, descriptor, option.level, option.name, value, &length) == 0 ? 0 : winsockErrorOf(errno);
}

}  // namespace

int setLinuxOption(int descriptor, int level, int name, const void* value, int length) {
  const Option* option = find(level, name);
  if (option == nullptr) return WSAENOPROTOOPT;
  if (value == nullptr || length < 4) return WSAEFAULT;
  if (option->value == Value::kLinger) {
    WindowsLinger from;
    std::memcpy(&from, value, sizeof from);
    const linger to{from.on, from.seconds};
    return set(descriptor, *option, &to, sizeof to);
  }
  uint32_t number;
  std::memcpy(&number, value, sizeof number);
  if (option->value == Value::kMilliseconds) {
    const timeval to{number / 1000, static_cast<suseconds_t>(number % 1000) * 1000};
    return set(descriptor, *option, &to, sizeof to);
  }
  return set(descriptor, *option, &number, sizeof number);
}

int getLinuxOption(int descriptor, int level, int name, void* value, int* length) {
  const Option* option = find(level, name);
  if (option == nullptr) return WSAENOPROTOOPT;
  if (value == nullptr || length == nullptr || *length < 4) return WSAEFAULT;
  uint32_t number = 0;
  int error = 0;
  if (option->value == Value::kLinger) {
    linger from{};
    error = get(descriptor, *option, &from, sizeof from);
    const WindowsLinger to{static_cast<uint16_t>(from.l_onoff), static_cast<uint16_t>(from.l_linger)};
    std::memcpy(&number, &to, sizeof to);
  } else if (option->value == Value::kMilliseconds) {
    timeval from{};
    error = get(descriptor, *option, &from, sizeof from);
    number = static_cast<uint32_t>(from.tv_sec * 1000 + from.tv_usec / 1000);
  } else {
    error = get(descriptor, *option, &number, sizeof number);
    if (option->value == Value::kError) number = static_cast<uint32_t>(winsockErrorOf(static_cast<int>(number)));
  }
  if (error != 0) return error;
  std::memcpy(value, &number, sizeof number);
  *length = sizeof number;
  return 0;
}

bool isLinuxSocketListening(int descriptor) {
  int listening = 0;
  socklen_t length = sizeof listening;
  return syscall(SYS_getsockopt, descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening != 0;
}

}  // namespace simulator
