#include "shared-library.h"

#ifdef _WIN32
#include <windows.h>

#include <algorithm>
#else
#include <dlfcn.h>
#endif

namespace winport {

#ifdef _WIN32

SharedLibrary::SharedLibrary(const LibraryPath& path) {
  std::wstring name(path.begin(), path.end());
  std::replace(name.begin(), name.end(), L'/', L'\\');  // LoadLibraryExW searches for a path with slashes
  const bool hasDrive = name.size() > 3 && name[1] == L':' && name[2] == L'\\';
  if (!hasDrive && name.rfind(L"\\\\", 0) != 0) {
    failure_ = "the path is not absolute";
    return;
  }
  constexpr DWORD kFlags = LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32;  // where its own imports are found
  handle_ = LoadLibraryExW(name.c_str(), nullptr, kFlags);
  if (handle_ == nullptr) failure_ = "LoadLibraryExW failed with error " + std::to_string(GetLastError());
}

SharedLibrary::~SharedLibrary() {
  if (handle_ != nullptr) FreeLibrary(static_cast<HMODULE>(handle_));
}

SharedLibrary::Address SharedLibrary::address(const char* name) const {
  return reinterpret_cast<Address>(GetProcAddress(static_cast<HMODULE>(handle_), name));
}

#else

SharedLibrary::SharedLibrary(const LibraryPath& path) {
  if (path.empty() || path.front() != '/') {
    failure_ = "the path is not absolute";
    return;
  }
  handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ != nullptr) return;
  const char* reason = dlerror();
  failure_ = reason == nullptr ? "dlopen failed" : reason;
}

SharedLibrary::~SharedLibrary() {
  if (handle_ != nullptr) dlclose(handle_);
}

SharedLibrary::Address SharedLibrary::address(const char* name) const {
  return reinterpret_cast<Address>(dlsym(handle_, name));
}

#endif

}  // namespace winport
