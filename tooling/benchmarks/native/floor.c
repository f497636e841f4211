// What the backends are measured against: the least that Node-API glue for Winsock's calls can do, with no check of anything, and the
// same calls made and timed in C.
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

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
  int (*closesocket)(uint64_t);
  int (*WSAIoctl)(uint64_t, uint32_t, void*, uint32_t, void*, uint32_t, uint32_t*, Overlapped*, void*);
  void* (*WSACreateEvent)(void);
  int (*WSACloseEvent)(void*);
} winsock;

enum { kIpv4 = 2, kStream = 1, kTcp = 6, kOverlappedAndNotInherited = 0x81 };
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

static uint64_t openAnchor(void) {
  return winsock.WSASocketW(kIpv4, kStream, kTcp, NULL, 0, kOverlappedAndNotInherited);
}

// openSocket(): the SOCKET
static napi_value openSocket(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value result;
  napi_create_int64(env, (int64_t)openAnchor(), &result);
  return result;
}

// closeSocket(socket)
static napi_value closeSocket(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int64_t socket;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_value_int64(env, argument, &socket);
  return winsock.closesocket((uint64_t)socket) == 0 ? NULL : failed(env, "closesocket failed");
}

typedef struct {
  int64_t socket;
  uint32_t code;
  void* input;
  size_t inputLength;
  void* output;
  size_t outputLength;
  uint32_t repeats;
} Ioctl;

static Ioctl readIoctl(napi_env env, napi_callback_info info, size_t count) {
  napi_value arguments[5];
  Ioctl call = {0};
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_value_int64(env, arguments[0], &call.socket);
  napi_get_value_uint32(env, arguments[1], &call.code);
  // What is no array is null, and stays it.
  napi_get_typedarray_info(env, arguments[2], NULL, &call.inputLength, &call.input, NULL, NULL);
  napi_get_typedarray_info(env, arguments[3], NULL, &call.outputLength, &call.output, NULL, NULL);
  if (count > 4) napi_get_value_uint32(env, arguments[4], &call.repeats);
  return call;
}

static int makeIoctl(const Ioctl* call, uint32_t* bytes) {
  return winsock.WSAIoctl((uint64_t)call->socket, call->code, call->input, (uint32_t)call->inputLength, call->output,
                          (uint32_t)call->outputLength, bytes, NULL, NULL);
}

// ioctl(socket, code, input, output): the number of bytes returned
static napi_value ioctl(napi_env env, napi_callback_info info) {
  const Ioctl call = readIoctl(env, info, 4);
  uint32_t bytes = 0;
  if (makeIoctl(&call, &bytes) != 0) return failed(env, "WSAIoctl failed");
  napi_value result;
  napi_create_uint32(env, bytes, &result);
  return result;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

// timeIoctls(socket, code, input, output, repeats): milliseconds for all of them, in a loop in C
static napi_value timeIoctls(napi_env env, napi_callback_info info) {
  const Ioctl call = readIoctl(env, info, 5);
  int errors = 0;
  const double start = now();
  for (uint32_t i = 0; i < call.repeats; ++i) {
    uint32_t bytes = 0;
    errors |= makeIoctl(&call, &bytes);
  }
  const double passed = now() - start;
  if (errors != 0) return failed(env, "WSAIoctl failed");
  napi_value result;
  napi_create_double(env, passed, &result);
  return result;
}

// A control call as the backends make theirs for the manager.
static int control(uint64_t socket, uint32_t code, void* input, uint32_t inputLength, void* output, uint32_t outputLength,
                   Overlapped* overlapped) {
  uint32_t bytes = 0;
  return winsock.WSAIoctl(socket, code, input, inputLength, output, outputLength, &bytes, overlapped, NULL);
}

// timeReservations(ports, repeats, wholly): milliseconds of acquire and release, each time on a new socket that is closed afterwards;
// with or without what opening and closing it takes
static napi_value timeReservations(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  uint32_t ports = 0;
  uint32_t repeats = 0;
  bool wholly = false;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_value_uint32(env, arguments[0], &ports);
  napi_get_value_uint32(env, arguments[1], &repeats);
  napi_get_value_bool(env, arguments[2], &wholly);

  uint16_t range[2] = {0, (uint16_t)ports};
  unsigned char instance[16];
  unsigned char* token = instance + 8;
  Overlapped overlapped = {0};
  overlapped.hEvent = winsock.WSACreateEvent();
  int errors = 0;
  double calls = 0;
  const double start = now();
  for (uint32_t i = 0; i < repeats; ++i) {
    const uint64_t anchor = openAnchor();
    const double opened = wholly ? 0 : now();
    errors |= control(anchor, kAcquire, range, sizeof range, instance, sizeof instance, &overlapped);
    errors |= control(anchor, kRelease, token, 8, NULL, 0, &overlapped);
    if (!wholly) calls += now() - opened;
    errors |= winsock.closesocket(anchor);
  }
  const double all = now() - start;
  winsock.WSACloseEvent(overlapped.hEvent);
  if (errors != 0) return failed(env, "a call failed");
  napi_value result;
  napi_create_double(env, wholly ? all : calls, &result);
  return result;
}

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {{"load", load},   {"openSocket", openSocket}, {"closeSocket", closeSocket},
                   {"ioctl", ioctl}, {"timeIoctls", timeIoctls}, {"timeReservations", timeReservations}};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; ++i) {
    napi_value value;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &value);
    napi_set_named_property(env, exports, functions[i].name, value);
  }
  return exports;
}
