#include <string>

#include "call-arguments.h"
#include "call-result.h"
#include "exports.h"

namespace winport {
namespace {

constexpr size_t kLongestPath = 32767;  // the limit of Windows, in UTF-16 units

bool readPath(napi_env env, napi_value value, LibraryPath& path) {
  const Napi::Value passed(env, value);
  size_t length = 0;
  if (!passed.IsString() || napi_get_value_string_utf16(env, value, nullptr, 0, &length) != napi_ok) return false;
  if (length == 0 || length > kLongestPath) return false;
#ifdef _WIN32
  path = passed.As<Napi::String>().Utf16Value();
#else
  path = passed.As<Napi::String>().Utf8Value();
#endif
  return path.find(typename LibraryPath::value_type{}) == LibraryPath::npos;
}

bool isMissing(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  return napi_typeof(env, value, &type) == napi_ok && type == napi_undefined;
}

// load(winsock, ipHelper, kernel, provider?, security?): the key of these libraries. Throws an Error that names the missing library or function.
napi_value load(napi_env env, napi_callback_info info) {
  const CallArguments<5> arguments(env, info);
  LibraryPaths paths;
  if (!readPath(env, arguments[0], paths.winsock) || !readPath(env, arguments[1], paths.ipHelper) ||
      !readPath(env, arguments[2], paths.kernel) ||
      (!isMissing(env, arguments[3]) && !readPath(env, arguments[3], paths.provider)) ||
      (!isMissing(env, arguments[4]) && !readPath(env, arguments[4], paths.security))) {
    arguments.refuse("The argument must be a path");
    return nullptr;
  }
  std::string failure;
  const uint64_t key = arguments.environment().load(paths, failure);
  if (key != 0) return keyToJavaScript(env, key);
  napi_throw_error(env, "ERR_LIBRARY_UNAVAILABLE", failure.c_str());
  return nullptr;
}

#ifdef _WIN32
// systemDirectory(): the system directory, such as C:\\Windows\\System32. Empty if the system does not tell it.
napi_value systemDirectory(napi_env env, napi_callback_info) {
  char16_t path[MAX_PATH];
  const UINT length = GetSystemDirectoryW(reinterpret_cast<wchar_t*>(path), MAX_PATH);
  napi_value value = nullptr;
  napi_create_string_utf16(env, path, length < MAX_PATH ? length : 0, &value);
  return value;
}
#endif

// startUp(library), cleanUp(library): the result.
template <int (WinsockLibrary::*kCall)()>
napi_value callLibrary(napi_env env, napi_callback_info info) {
  const CallArguments<1> arguments(env, info);
  WinsockLibrary* library;
  if (!arguments.read(0, arguments.environment().libraries, kLibraryExpected, library)) return nullptr;
  return errorToJavaScript(env, (library->*kCall)());
}

constexpr Export kExports[] = {
#ifdef _WIN32
    {"systemDirectory", systemDirectory},
#endif
    {"load", load}, {"startUp", callLibrary<&WinsockLibrary::startUp>}, {"cleanUp", callLibrary<&WinsockLibrary::cleanUp>}};

}  // namespace

std::span<const Export> libraryExports() { return kExports; }

}  // namespace winport
