#include "node-host.h"

// After windows.h.
#include <delayimp.h>

#include <cstring>
#include <initializer_list>

namespace winport {

HMODULE findNodeHost() {
  for (const wchar_t* name : {static_cast<const wchar_t*>(nullptr), L"libnode.dll", L"node.dll"}) {
    const HMODULE module = GetModuleHandleW(name);
    if (module != nullptr && GetProcAddress(module, "napi_create_threadsafe_function") != nullptr) return module;
  }
  return nullptr;
}

namespace {

// The delay-load helper asks this before it loads node.exe, which would be the wrong program.
FARPROC WINAPI resolveNode(unsigned event, DelayLoadInfo* info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return nullptr;
  return reinterpret_cast<FARPROC>(findNodeHost());
}

}  // namespace
}  // namespace winport

extern "C" {
#ifdef __MINGW32__
PfnDliHook __pfnDliNotifyHook2 = winport::resolveNode;  // mingw's delayimp.h declares it without const
#else
const PfnDliHook __pfnDliNotifyHook2 = winport::resolveNode;
#endif
}
