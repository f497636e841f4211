// Loads an addon and initialises it as Node does, in a program that exports no Node-API: program-without-node.exe <addon>. Prints what
// the addon returns.
#include <windows.h>

#include <cstdio>

int wmain(int count, wchar_t** arguments) {
  const HMODULE addon = count == 2 ? LoadLibraryW(arguments[1]) : nullptr;
  if (addon == nullptr) return 1;
  using Initialize = void*(void*, void*);
  const auto initialize =
      reinterpret_cast<Initialize*>(reinterpret_cast<void (*)()>(GetProcAddress(addon, "napi_register_module_v1")));
  if (initialize == nullptr) return 2;
  char exports = 0;
  std::printf("%s\n", initialize(nullptr, &exports) == nullptr ? "nothing" : "exports");
  return 0;
}
