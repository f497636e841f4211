// Stands in for Node.js on musl: loads the addon and calls it: musl-host <addon>. Ends with 1 unless the addon passes its own test,
// holds ports and frees them. Built by musl-gcc, so that the addon gets the functions of musl.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <node_api.h>

enum { MOST = 16, PORTS = 50 };

static napi_property_descriptor functions[MOST];
static size_t function_count;
static double arguments[5];
static int64_t result, elements[MOST];
static uint8_t token[8];

// The part of Node-API that the addon uses. A value is the number of an argument.

napi_status napi_define_properties(napi_env env, napi_value object, size_t count, const napi_property_descriptor *properties) {
  (void)env, (void)object;
  function_count = count < MOST ? count : MOST;
  memcpy(functions, properties, function_count * sizeof *properties);
  return napi_ok;
}
napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *count, napi_value *values, napi_value *self, void **data) {
  (void)env, (void)info, (void)self;
  for (size_t i = 0; i < *count; i++) values[i] = (napi_value)(uintptr_t)i;
  *data = functions[0].data;
  return napi_ok;
}
napi_status napi_get_value_double(napi_env env, napi_value value, double *number) {
  (void)env;
  *number = arguments[(uintptr_t)value];
  return napi_ok;
}
napi_status napi_create_int64(napi_env env, int64_t value, napi_value *created) {
  (void)env;
  result = value;
  *created = NULL;
  return napi_ok;
}
napi_status napi_create_array(napi_env env, napi_value *created) {
  (void)env;
  *created = NULL;
  return napi_ok;
}
napi_status napi_set_element(napi_env env, napi_value array, uint32_t index, napi_value value) {
  (void)env, (void)array, (void)value;
  elements[index] = result;
  return napi_ok;
}
napi_status napi_set_instance_data(node_api_basic_env env, void *data, napi_finalize finalize, void *hint) {
  (void)env, (void)data, (void)finalize, (void)hint;
  return napi_ok;
}
napi_status napi_is_typedarray(napi_env env, napi_value value, bool *is) {
  (void)env, (void)value;
  *is = true;
  return napi_ok;
}
napi_status napi_get_typedarray_info(napi_env env, napi_value value, napi_typedarray_type *type, size_t *length, void **data,
                                     napi_value *buffer, size_t *offset) {
  (void)env, (void)value, (void)buffer, (void)offset;
  *type = napi_uint8_array;
  *length = sizeof token;
  *data = token;
  return napi_ok;
}
napi_status napi_get_value_bigint_uint64(napi_env env, napi_value value, uint64_t *number, bool *lossless) {
  (void)env, (void)value, (void)lossless;
  *number = 0;
  return napi_ok;
}
napi_status napi_throw_error(napi_env env, const char *code, const char *message) {
  return napi_throw_type_error(env, code, message);
}
napi_status napi_throw_type_error(napi_env env, const char *code, const char *message) {
  (void)env, (void)code;
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static int64_t call(const char *name) {
  for (size_t i = 0; i < function_count; i++) {
    if (strcmp(functions[i].utf8name, name) == 0) functions[i].method(NULL, NULL);
  }
  return result;
}

static void expect(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "failed: %s (%lld)\n", what, (long long)result);
  exit(1);
}

int main(int argc, char **argv) {
  void *addon = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
  if (addon == NULL) {
    fprintf(stderr, "%s\n", argc > 1 ? dlerror() : "no addon");
    return 1;
  }
  napi_value (*init)(napi_env, napi_value) = (napi_value (*)(napi_env, napi_value))dlsym(addon, "napi_register_module_v1");
  init(NULL, NULL);
  expect(call("test") == 0, "test");
  expect(call("open") >= 0, "open");  // of IPv4 and TCP
  arguments[0] = (double)result;
  arguments[1] = 61000;
  arguments[2] = 65535;
  arguments[3] = PORTS;
  expect(call("acquire") >= 61000, "acquire");
  call("counts");
  expect(elements[2] == PORTS, "counts of held ports");
  expect(call("close") == 0, "close");
  call("counts");
  expect(elements[0] == 0 && elements[2] == 0, "counts after close");
  puts("The addon passes its test on musl, holds ports and frees them.");
  return 0;
}
