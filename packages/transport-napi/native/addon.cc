#include <napi.h>

#include "environment.h"
#include "exports.h"

#ifdef _WIN32
#include "node-host.h"
#endif

namespace {

// Keeps the addon mapped until the process ends: a thread of the system may still be returning from our code when the last
// environment has ended. On other systems the linker option -z nodelete does this.
void stayLoaded() {
#ifdef _WIN32
  HMODULE module;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<const wchar_t*>(&stayLoaded), &module);
#endif
}

// Runs each time that an environment loads the addon.
Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  stayLoaded();
  winport::Environment* environment = winport::Environment::attach(env);
  if (environment == nullptr) return exports;
  for (const auto& group : {winport::libraryExports(), winport::socketExports(), winport::ioctlExports(),
                            winport::overlappedExports(), winport::persistentExports(), winport::providerExports(),
                            winport::socketTableExports(), winport::accountExports()}) {
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

// Without a host, no function of Node-API can be called, not even to throw: the exports stay empty, which load-addon.ts reports.
NAPI_MODULE_INIT() {
#ifdef _WIN32
  if (winport::findNodeHost() == nullptr) return nullptr;
#endif
  return Napi::RegisterModule(env, exports, initialize);
}
