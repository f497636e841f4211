#include <napi.h>

#include "environment.h"
#include "exports.h"

#ifdef _WIN32
#include <windows.h>
#endif

namespace {

// A wait of the system's may still be about to return from our code when the last environment that loaded it has gone. (Elsewhere the
// linker's -z nodelete does this.)
void stayLoaded() {
#ifdef _WIN32
  HMODULE module;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<const wchar_t*>(&stayLoaded), &module);
#endif
}

// Called once for every environment, and every time that one of them loads the addon anew.
Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  stayLoaded();
  winport::Environment* environment = winport::Environment::attach(env);
  if (environment == nullptr) return exports;
  for (const auto& group : {winport::libraryExports(), winport::socketExports(), winport::ioctlExports(),
                            winport::overlappedExports(), winport::persistentExports(), winport::providerExports()}) {
    for (const auto& [name, function] : group) {
      napi_value value = nullptr;
      if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, environment, &value) != napi_ok ||
          napi_set_named_property(env, exports, name, value) != napi_ok) {
        return exports;
      }
    }
  }
  return exports;
}

}  // namespace

NODE_API_MODULE(winport, initialize)
