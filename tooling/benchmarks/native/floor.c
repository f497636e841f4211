// What winport is measured against: the same calls in C, with no check of anything; and the clocks that it is measured with.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/ipv6.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <node_api.h>

typedef struct {
  uintptr_t Internal;
  uintptr_t InternalHigh;
  uint32_t Offset;
  uint32_t OffsetHigh;
  void* hEvent;
} Overlapped;

static struct {
  uint64_t (*WSASocketW)(int, int, int, void*, uint32_t, uint32_t);
  int (*setsockopt)(uint64_t, int, int, const void*, int);
  int (*closesocket)(uint64_t);
  int (*WSAIoctl)(uint64_t, uint32_t, void*, uint32_t, void*, uint32_t, uint32_t*, Overlapped*, void*);
  void* (*WSACreateEvent)(void);
  int (*WSACloseEvent)(void*);
} winsock;

enum { kIpv6 = 23, kStream = 1, kTcp = 6, kOverlappedAndNotInherited = 0x81, kIpv6Level = 41, kV6Only = 27 };
static const uint32_t kAcquire = 0x98000064;
static const uint32_t kRelease = 0x98000065;

static napi_value failed(napi_env env, const char* what) {
  napi_throw_error(env, NULL, what);
  return NULL;
}

// load(path)
static napi_value load(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  char path[4096];
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_value_string_utf8(env, argument, path, sizeof path, NULL);
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return failed(env, dlerror());
  const struct {
    const char* name;
    void* function;
  } wanted[] = {{"WSASocketW", &winsock.WSASocketW},
                {"setsockopt", &winsock.setsockopt},
                {"closesocket", &winsock.closesocket},
                {"WSAIoctl", &winsock.WSAIoctl},
                {"WSACreateEvent", &winsock.WSACreateEvent},
                {"WSACloseEvent", &winsock.WSACloseEvent}};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; ++i) {
    void* found = dlsym(library, wanted[i].name);
    if (found == NULL) return failed(env, dlerror());
    memcpy(wanted[i].function, &found, sizeof found);
  }
  return NULL;
}

static double milliseconds(int64_t seconds, int64_t nanoseconds) {
  return (double)seconds * 1e3 + (double)nanoseconds / 1e6;
}

static napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

// cpuTime(): milliseconds of this thread
static napi_value cpuTime(napi_env env, napi_callback_info info) {
  (void)info;
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return number(env, milliseconds(time.tv_sec, time.tv_nsec));
}

// childrenCpuTime(): milliseconds of the child processes that have ended
static napi_value childrenCpuTime(napi_env env, napi_callback_info info) {
  (void)info;
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  return number(env, milliseconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec,
                                  (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000));
}

// raiseNetwork(): brings the loopback device of a new network namespace up, and gives it an address of each family beside its own, as
// a machine on a network has: get-port tries a port on every address. A second call changes nothing.
static napi_value raiseNetwork(napi_env env, napi_callback_info info) {
  (void)info;
  struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  const struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201)};  // 192.0.2.1
  struct ifreq alias = {.ifr_name = "lo:1"};
  memcpy(&alias.ifr_addr, &ipv4, sizeof ipv4);
  struct in6_ifreq ipv6 = {.ifr6_addr.s6_addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, .ifr6_prefixlen = 128};
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int fd6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ipv6.ifr6_ifindex = (int)if_nametoindex("lo");
  const bool raised = ioctl(fd, SIOCSIFFLAGS, &up) == 0 && ioctl(fd, SIOCSIFADDR, &alias) == 0 &&
                      (fd6 < 0 || ioctl(fd6, SIOCSIFADDR, &ipv6) == 0 || errno == EEXIST);
  close(fd);
  close(fd6);
  return raised ? NULL : failed(env, "the loopback device stays down");
}

// Reads arguments that are numbers.
static void readNumbers(napi_env env, napi_callback_info info, uint32_t* numbers, size_t count) {
  napi_value arguments[3];
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  for (size_t i = 0; i < count; ++i) napi_get_value_uint32(env, arguments[i], &numbers[i]);
}

// A dual-stack socket, as the manager opens for each block.
static uint64_t openAnchor(void) {
  const uint64_t anchor = winsock.WSASocketW(kIpv6, kStream, kTcp, NULL, 0, kOverlappedAndNotInherited);
  const uint32_t off = 0;
  winsock.setsockopt(anchor, kIpv6Level, kV6Only, &off, sizeof off);
  return anchor;
}

// A control call as the backends make theirs for the manager.
static int control(uint64_t socket, uint32_t code, void* input, uint32_t inputLength, void* output, uint32_t outputLength,
                   Overlapped* overlapped) {
  uint32_t bytes = 0;
  return winsock.WSAIoctl(socket, code, input, inputLength, output, outputLength, &bytes, overlapped, NULL);
}

// reserve(ports, repeats): acquire and release, each time on a new socket that is closed afterwards
static napi_value reserve(napi_env env, napi_callback_info info) {
  uint32_t numbers[2] = {0};
  readNumbers(env, info, numbers, 2);
  uint16_t range[2] = {0, (uint16_t)numbers[0]};
  unsigned char instance[16];
  unsigned char* token = instance + 8;
  Overlapped overlapped = {0};
  overlapped.hEvent = winsock.WSACreateEvent();
  int errors = 0;
  for (uint32_t i = 0; i < numbers[1]; ++i) {
    const uint64_t anchor = openAnchor();
    errors |= control(anchor, kAcquire, range, sizeof range, instance, sizeof instance, &overlapped);
    errors |= control(anchor, kRelease, token, 8, NULL, 0, &overlapped);
    errors |= winsock.closesocket(anchor);
  }
  winsock.WSACloseEvent(overlapped.hEvent);
  return errors == 0 ? NULL : failed(env, "a call failed");
}

// refuse(startPort, ports, places): acquires at each of these start ports, none of which is free, on one socket
static napi_value refuse(napi_env env, napi_callback_info info) {
  uint32_t numbers[3] = {0};
  readNumbers(env, info, numbers, 3);
  unsigned char instance[16];
  const uint64_t anchor = openAnchor();
  bool granted = false;
  for (uint32_t i = 0; i < numbers[2]; ++i) {
    uint16_t range[2] = {htons((uint16_t)(numbers[0] + i)), (uint16_t)numbers[1]};
    granted |= control(anchor, kAcquire, range, sizeof range, instance, sizeof instance, NULL) == 0;
  }
  winsock.closesocket(anchor);
  return granted ? failed(env, "a place was free") : NULL;
}

// bind(ports, repeats): binds a socket to each of so many ports that the system chooses, and closes them
static napi_value bindSockets(napi_env env, napi_callback_info info) {
  enum { kMost = 4096 };
  static int sockets[kMost];
  uint32_t numbers[2] = {0};
  readNumbers(env, info, numbers, 2);
  if (numbers[0] > kMost) return failed(env, "too many ports");
  int errors = 0;
  for (uint32_t i = 0; i < numbers[1]; ++i) {
    for (uint32_t j = 0; j < numbers[0]; ++j) {
      const struct sockaddr_in6 anywhere = {.sin6_family = AF_INET6};
      sockets[j] = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
      errors |= bind(sockets[j], (const struct sockaddr*)&anywhere, sizeof anywhere);
    }
    for (uint32_t j = 0; j < numbers[0]; ++j) close(sockets[j]);
  }
  return errors == 0 ? NULL : failed(env, "bind failed");
}

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {{"load", load},
                   {"cpuTime", cpuTime},
                   {"childrenCpuTime", childrenCpuTime},
                   {"raiseNetwork", raiseNetwork},
                   {"reserve", reserve},
                   {"refuse", refuse},
                   {"bind", bindSockets}};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; ++i) {
    napi_value value;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &value);
    napi_set_named_property(env, exports, functions[i].name, value);
  }
  return exports;
}
