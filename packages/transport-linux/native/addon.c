// The functions of holds.h for JavaScript. Results are numbers, negative for an errno. A wrong argument throws a TypeError.
#include <node_api.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "bound-sockets.h"
#include "holds.h"

// A socket in JavaScript is an object with this tag that has the Socket behind it.
static const napi_type_tag SOCKET_TAG = {0x6d0f3b0a9a1e4c57, 0x8f52c1d76be0a439};

enum { MOST_ARGUMENTS = 5 };

typedef struct {
  napi_env env;
  napi_value values[MOST_ARGUMENTS];
  bool wrong;
} Arguments;

static Arguments read_arguments(napi_env env, napi_callback_info info) {
  Arguments arguments = {.env = env};
  size_t count = MOST_ARGUMENTS;
  arguments.wrong = napi_get_cb_info(env, info, &count, arguments.values, NULL, NULL) != napi_ok;
  return arguments;
}

static Socket *socket_at(Arguments *arguments, int index) {
  napi_env env = arguments->env;
  napi_value value = arguments->values[index];
  napi_valuetype type;
  bool tagged = false;
  void *socket = NULL;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_object ||
      napi_check_object_type_tag(env, value, &SOCKET_TAG, &tagged) != napi_ok || !tagged ||
      napi_unwrap(env, value, &socket) != napi_ok) {
    arguments->wrong = true;
  }
  return socket;
}

static uint32_t number_at(Arguments *arguments, int index, uint32_t most) {
  double number = -1;
  bool valid = napi_get_value_double(arguments->env, arguments->values[index], &number) == napi_ok && number >= 0 &&
               number <= most && number == (double)(uint32_t)number;
  if (valid) return (uint32_t)number;
  arguments->wrong = true;
  return 0;
}

static uint64_t token_at(Arguments *arguments, int index) {
  uint64_t token = 0;
  bool lossless = false;
  if (napi_get_value_bigint_uint64(arguments->env, arguments->values[index], &token, &lossless) != napi_ok || !lossless) {
    arguments->wrong = true;
  }
  return token;
}

static uint8_t *array_at(Arguments *arguments, int index, size_t size, size_t *found) {
  napi_env env = arguments->env;
  napi_value value = arguments->values[index];
  bool is_array = false;
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void *data = NULL;
  if (napi_is_typedarray(env, value, &is_array) == napi_ok && is_array &&
      napi_get_typedarray_info(env, value, &type, &length, &data, NULL, NULL) == napi_ok && type == napi_uint8_array &&
      length >= size && data != NULL) {
    *found = length;
    return data;
  }
  arguments->wrong = true;
  return NULL;
}

static uint8_t *bytes_at(Arguments *arguments, int index, size_t size) {
  size_t length = 0;
  return array_at(arguments, index, size, &length);
}

static napi_value refuse(napi_env env) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "The addon was called with a wrong argument");
  return NULL;
}

static napi_value number(napi_env env, int64_t value) {
  napi_value result = NULL;
  napi_create_int64(env, value, &result);
  return result;
}

static void finalize(node_api_basic_env env, void *socket, void *hint) {
  (void)env;
  (void)hint;
  socket_free(socket);
}

// test(): number
static napi_value call_test(napi_env env, napi_callback_info info) {
  (void)info;
  return number(env, holds_test());
}

// open(isIPv6, isDatagram): socket | number
static napi_value call_open(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  uint32_t is_ipv6 = number_at(&arguments, 0, 1);
  uint32_t is_datagram = number_at(&arguments, 1, 1);
  if (arguments.wrong) return refuse(env);
  Socket *socket = NULL;
  int error = socket_open(is_ipv6 ? AF_INET6 : AF_INET, is_datagram ? SOCK_DGRAM : SOCK_STREAM, &socket);
  if (error != 0) return number(env, error);
  napi_value object = NULL;
  if (napi_create_object(env, &object) != napi_ok || napi_wrap(env, object, socket, finalize, NULL, NULL) != napi_ok) {
    socket_free(socket);
    return NULL;
  }
  napi_type_tag_object(env, object, &SOCKET_TAG);
  return object;
}

// close(socket): number
static napi_value call_close(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = socket_at(&arguments, 0);
  return arguments.wrong ? refuse(env) : number(env, socket_close(socket));
}

// acquire(socket, from, to, count, token: Uint8Array): number. Returns the first port.
static napi_value call_acquire(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = socket_at(&arguments, 0);
  uint16_t from = (uint16_t)number_at(&arguments, 1, UINT16_MAX);
  uint16_t to = (uint16_t)number_at(&arguments, 2, UINT16_MAX);
  uint16_t count = (uint16_t)number_at(&arguments, 3, UINT16_MAX);
  uint64_t token = 0;
  uint8_t *bytes = bytes_at(&arguments, 4, sizeof token);
  if (arguments.wrong) return refuse(env);
  int result = socket_acquire(socket, from, to, count, &token);
  if (result > 0) memcpy(bytes, &token, sizeof token);
  return number(env, result);
}

static napi_value call_with_token(napi_env env, napi_callback_info info, int (*call)(Socket *, uint64_t)) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = socket_at(&arguments, 0);
  uint64_t token = token_at(&arguments, 1);
  return arguments.wrong ? refuse(env) : number(env, call(socket, token));
}

// associate(socket, token: bigint): number
static napi_value call_associate(napi_env env, napi_callback_info info) {
  return call_with_token(env, info, socket_associate);
}

// release(socket, token: bigint): number
static napi_value call_release(napi_env env, napi_callback_info info) {
  return call_with_token(env, info, socket_release);
}

// bind(socket, name: Uint8Array, length, flags): number. The family in `name` is ignored: its length says it.
static napi_value call_bind(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = socket_at(&arguments, 0);
  uint32_t length = number_at(&arguments, 2, sizeof(Name));
  uint32_t flags = number_at(&arguments, 3, REUSE_ADDR | IPV6_ONLY);
  uint8_t *bytes = bytes_at(&arguments, 1, length);
  if (arguments.wrong || (length != sizeof(struct sockaddr_in) && length != sizeof(struct sockaddr_in6))) return refuse(env);
  Name name = {0};
  memcpy(&name, bytes, length);
  name.any.sa_family = length == sizeof(struct sockaddr_in) ? AF_INET : AF_INET6;
  return number(env, socket_bind(socket, &name, flags));
}

// localName(socket, name: Uint8Array): number. Writes the family of Linux.
static napi_value call_local_name(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = socket_at(&arguments, 0);
  uint8_t *bytes = bytes_at(&arguments, 1, sizeof(Name));
  if (arguments.wrong) return refuse(env);
  Name name = {0};
  int error = socket_name(socket, &name);
  if (error == 0) memcpy(bytes, &name, sizeof name);
  return number(env, error);
}

// handOver(socket, purpose): number. Returns the descriptor.
static napi_value call_hand_over(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = socket_at(&arguments, 0);
  uint32_t purpose = number_at(&arguments, 1, TO_RECEIVE);
  return arguments.wrong ? refuse(env) : number(env, socket_hand_over(socket, (Purpose)purpose));
}

static napi_value note(napi_env env, napi_callback_info info, void (*call)(Socket *)) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = socket_at(&arguments, 0);
  if (arguments.wrong) return refuse(env);
  call(socket);
  return number(env, 0);
}

// disown(socket): 0
static napi_value call_disown(napi_env env, napi_callback_info info) { return note(env, info, socket_disown); }

// left(socket): 0
static napi_value call_left(napi_env env, napi_callback_info info) { return note(env, info, socket_left); }

// boundSockets(isIPv6, rows: Uint8Array): number. Returns the size of all rows, of which as many as fit are written.
static napi_value call_bound_sockets(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  uint32_t is_ipv6 = number_at(&arguments, 0, 1);
  size_t size = 0;
  uint8_t *rows = array_at(&arguments, 1, 1, &size);
  return arguments.wrong ? refuse(env) : number(env, bound_sockets(is_ipv6 ? AF_INET6 : AF_INET, rows, size));
}

// counts(): [sockets, holds, ports, uses]
static napi_value call_counts(napi_env env, napi_callback_info info) {
  (void)info;
  Counts counts = holds_count();
  const uint32_t all[] = {counts.sockets, counts.holds, counts.ports, counts.uses};
  napi_value array = NULL;
  napi_create_array(env, &array);
  for (uint32_t i = 0; i < 4; i++) napi_set_element(env, array, i, number(env, all[i]));
  return array;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"test", NULL, call_test, NULL, NULL, NULL, napi_enumerable, NULL},
      {"open", NULL, call_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"close", NULL, call_close, NULL, NULL, NULL, napi_enumerable, NULL},
      {"acquire", NULL, call_acquire, NULL, NULL, NULL, napi_enumerable, NULL},
      {"associate", NULL, call_associate, NULL, NULL, NULL, napi_enumerable, NULL},
      {"release", NULL, call_release, NULL, NULL, NULL, napi_enumerable, NULL},
      {"bind", NULL, call_bind, NULL, NULL, NULL, napi_enumerable, NULL},
      {"localName", NULL, call_local_name, NULL, NULL, NULL, napi_enumerable, NULL},
      {"handOver", NULL, call_hand_over, NULL, NULL, NULL, napi_enumerable, NULL},
      {"disown", NULL, call_disown, NULL, NULL, NULL, napi_enumerable, NULL},
      {"left", NULL, call_left, NULL, NULL, NULL, napi_enumerable, NULL},
      {"boundSockets", NULL, call_bound_sockets, NULL, NULL, NULL, napi_enumerable, NULL},
      {"counts", NULL, call_counts, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}
