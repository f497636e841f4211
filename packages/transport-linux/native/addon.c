// The functions of holds.h for JavaScript. Results are numbers, negative for an errno. A wrong argument throws a TypeError.
#include <node_api.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bound-sockets.h"
#include "holds.h"

// The open sockets of one environment: of the main thread, or of a worker. JavaScript knows a socket by a number that is never
// given to another one: its place here, and how often the place was used before.
typedef struct {
  Socket *socket;
  uint32_t uses, next_free;
} Place;

typedef struct {
  Place *places;
  uint32_t size, first_free;
} Sockets;

enum { MOST_PLACES = 1 << 20, MOST_ARGUMENTS = 5 };

// Doubles have 53 bits: 20 for the place, 32 for its uses.
static double id_of(uint32_t place, uint32_t uses) { return (double)uses * MOST_PLACES + place; }

static bool grow(Sockets *sockets) {
  uint32_t size = sockets->size == 0 ? 64 : sockets->size * 2;
  if (size > MOST_PLACES) return false;
  Place *places = realloc(sockets->places, size * sizeof *places);
  if (places == NULL) return false;
  for (uint32_t i = sockets->size; i < size; i++) places[i] = (Place){.next_free = i + 1};
  sockets->places = places;
  sockets->size = size;
  return true;
}

// Returns the number of the socket; -ENOMEM.
static double keep(Sockets *sockets, Socket *socket) {
  uint32_t index = sockets->first_free;
  if (index == sockets->size && !grow(sockets)) return -ENOMEM;
  Place *place = &sockets->places[index];
  sockets->first_free = place->next_free;
  place->socket = socket;
  return id_of(index, place->uses);
}

static Place *place_of(const Sockets *sockets, double id) {
  uint32_t index = (uint32_t)((uint64_t)id % MOST_PLACES);
  Place *place = index < sockets->size ? &sockets->places[index] : NULL;
  return place != NULL && place->socket != NULL && id_of(index, place->uses) == id ? place : NULL;
}

// Frees the memory of a socket that is closed.
static void forget(Sockets *sockets, Place *place) {
  socket_free(place->socket);
  place->socket = NULL;
  place->uses++;
  place->next_free = sockets->first_free;
  sockets->first_free = (uint32_t)(place - sockets->places);
}

static void free_all(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Sockets *sockets = data;
  for (uint32_t i = 0; i < sockets->size; i++) {
    if (sockets->places[i].socket != NULL) socket_free(sockets->places[i].socket);
  }
  free(sockets->places);
  free(sockets);
}

typedef struct {
  napi_env env;
  Sockets *sockets;
  Place *place;
  napi_value values[MOST_ARGUMENTS];
  bool wrong, closed;
} Arguments;

static Arguments read_arguments(napi_env env, napi_callback_info info) {
  Arguments arguments = {.env = env};
  size_t count = MOST_ARGUMENTS;
  void *sockets = NULL;
  arguments.wrong = napi_get_cb_info(env, info, &count, arguments.values, NULL, &sockets) != napi_ok;
  arguments.sockets = sockets;
  return arguments;
}

// The socket is the first argument of every function that has one.
static Socket *read_socket(Arguments *arguments) {
  double id = -1;
  bool valid = napi_get_value_double(arguments->env, arguments->values[0], &id) == napi_ok && id >= 0 &&
               id < (double)MOST_PLACES * UINT32_MAX && id == (double)(uint64_t)id;
  arguments->place = valid ? place_of(arguments->sockets, id) : NULL;
  if (!valid) arguments->wrong = true;
  else if (arguments->place == NULL) arguments->closed = true;
  return arguments->place == NULL ? NULL : arguments->place->socket;
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

static napi_value number(napi_env env, int64_t value) {
  napi_value result = NULL;
  napi_create_int64(env, value, &result);
  return result;
}

static bool is_refused(const Arguments *arguments) { return arguments->wrong || arguments->closed; }

static napi_value refuse(const Arguments *arguments) {
  if (!arguments->wrong) return number(arguments->env, -ENOTSOCK);
  napi_throw_type_error(arguments->env, "ERR_INVALID_ARG_TYPE", "The addon was called with a wrong argument");
  return NULL;
}

// test(): number
static napi_value call_test(napi_env env, napi_callback_info info) {
  (void)info;
  return number(env, holds_test());
}

// open(isIPv6, isDatagram): number. Returns the socket.
static napi_value call_open(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  uint32_t is_ipv6 = number_at(&arguments, 0, 1);
  uint32_t is_datagram = number_at(&arguments, 1, 1);
  if (is_refused(&arguments)) return refuse(&arguments);
  Socket *socket = NULL;
  int error = socket_open(is_ipv6 ? AF_INET6 : AF_INET, is_datagram ? SOCK_DGRAM : SOCK_STREAM, &socket);
  if (error != 0) return number(env, error);
  double id = keep(arguments.sockets, socket);
  if (id < 0) socket_free(socket);
  return number(env, (int64_t)id);
}

// close(socket): number
static napi_value call_close(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = read_socket(&arguments);
  if (is_refused(&arguments)) return refuse(&arguments);
  int result = socket_close(socket);
  if (!socket_is_adopted(socket)) forget(arguments.sockets, arguments.place);
  return number(env, result);
}

// acquire(socket, from, to, count, token: Uint8Array): number. Returns the first port.
static napi_value call_acquire(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = read_socket(&arguments);
  uint16_t from = (uint16_t)number_at(&arguments, 1, UINT16_MAX);
  uint16_t to = (uint16_t)number_at(&arguments, 2, UINT16_MAX);
  uint16_t count = (uint16_t)number_at(&arguments, 3, UINT16_MAX);
  uint64_t token = 0;
  uint8_t *bytes = bytes_at(&arguments, 4, sizeof token);
  if (is_refused(&arguments)) return refuse(&arguments);
  int result = socket_acquire(socket, from, to, count, &token);
  if (result > 0) memcpy(bytes, &token, sizeof token);
  return number(env, result);
}

static napi_value call_with_token(napi_env env, napi_callback_info info, int (*call)(Socket *, uint64_t)) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = read_socket(&arguments);
  uint64_t token = token_at(&arguments, 1);
  return is_refused(&arguments) ? refuse(&arguments) : number(env, call(socket, token));
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
  Socket *socket = read_socket(&arguments);
  uint32_t length = number_at(&arguments, 2, sizeof(Name));
  uint32_t flags = number_at(&arguments, 3, REUSE_ADDR | IPV6_ONLY);
  uint8_t *bytes = bytes_at(&arguments, 1, length);
  if (length != sizeof(struct sockaddr_in) && length != sizeof(struct sockaddr_in6)) arguments.wrong = true;
  if (is_refused(&arguments)) return refuse(&arguments);
  Name name = {0};
  memcpy(&name, bytes, length);
  name.any.sa_family = length == sizeof(struct sockaddr_in) ? AF_INET : AF_INET6;
  return number(env, socket_bind(socket, &name, flags));
}

// localName(socket, name: Uint8Array): number. Writes the family of Linux.
static napi_value call_local_name(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = read_socket(&arguments);
  uint8_t *bytes = bytes_at(&arguments, 1, sizeof(Name));
  if (is_refused(&arguments)) return refuse(&arguments);
  Name name = {0};
  int error = socket_name(socket, &name);
  if (error == 0) memcpy(bytes, &name, sizeof name);
  return number(env, error);
}

// handOver(socket, purpose): number. Returns the descriptor.
static napi_value call_hand_over(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = read_socket(&arguments);
  uint32_t purpose = number_at(&arguments, 1, TO_RECEIVE);
  return is_refused(&arguments) ? refuse(&arguments) : number(env, socket_hand_over(socket, (Purpose)purpose));
}

// disown(socket): number
static napi_value call_disown(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = read_socket(&arguments);
  if (is_refused(&arguments)) return refuse(&arguments);
  socket_disown(socket);
  return number(env, 0);
}

// left(socket): number
static napi_value call_left(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  Socket *socket = read_socket(&arguments);
  if (is_refused(&arguments)) return refuse(&arguments);
  if (socket_is_adopted(socket)) forget(arguments.sockets, arguments.place);
  return number(env, 0);
}

// boundSockets(isIPv6, rows: Uint8Array): number. Returns the size of all rows, of which as many as fit are written.
static napi_value call_bound_sockets(napi_env env, napi_callback_info info) {
  Arguments arguments = read_arguments(env, info);
  uint32_t is_ipv6 = number_at(&arguments, 0, 1);
  size_t size = 0;
  uint8_t *rows = array_at(&arguments, 1, 1, &size);
  return is_refused(&arguments) ? refuse(&arguments) : number(env, bound_sockets(is_ipv6 ? AF_INET6 : AF_INET, rows, size));
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
  Sockets *sockets = calloc(1, sizeof *sockets);
  if (sockets == NULL || napi_set_instance_data(env, sockets, free_all, NULL) != napi_ok) {
    free(sockets);
    napi_throw_error(env, NULL, "The addon has no memory");
    return NULL;
  }
  const napi_property_descriptor functions[] = {
      {"test", NULL, call_test, NULL, NULL, NULL, napi_enumerable, sockets},
      {"open", NULL, call_open, NULL, NULL, NULL, napi_enumerable, sockets},
      {"close", NULL, call_close, NULL, NULL, NULL, napi_enumerable, sockets},
      {"acquire", NULL, call_acquire, NULL, NULL, NULL, napi_enumerable, sockets},
      {"associate", NULL, call_associate, NULL, NULL, NULL, napi_enumerable, sockets},
      {"release", NULL, call_release, NULL, NULL, NULL, napi_enumerable, sockets},
      {"bind", NULL, call_bind, NULL, NULL, NULL, napi_enumerable, sockets},
      {"localName", NULL, call_local_name, NULL, NULL, NULL, napi_enumerable, sockets},
      {"handOver", NULL, call_hand_over, NULL, NULL, NULL, napi_enumerable, sockets},
      {"disown", NULL, call_disown, NULL, NULL, NULL, napi_enumerable, sockets},
      {"left", NULL, call_left, NULL, NULL, NULL, napi_enumerable, sockets},
      {"boundSockets", NULL, call_bound_sockets, NULL, NULL, NULL, napi_enumerable, sockets},
      {"counts", NULL, call_counts, NULL, NULL, NULL, napi_enumerable, sockets},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions);
  return exports;
}
