#pragma once

#include <string>

namespace winport {

#ifdef _WIN32
using LibraryPath = std::u16string;
#else
using LibraryPath = std::string;
#endif

// A shared library that is loaded as long as this lives.
class SharedLibrary {
 public:
  // A bare name is looked for in System32 only (and is nothing on other systems); else the path must be absolute.
  explicit SharedLibrary(const LibraryPath& path);
  ~SharedLibrary();
  SharedLibrary(const SharedLibrary&) = delete;
  SharedLibrary& operator=(const SharedLibrary&) = delete;

  bool isLoaded() const { return handle_ != nullptr; }
  // Why it is not loaded.
  const std::string& failure() const { return failure_; }

  // Null where the library does not export it.
  template <typename Function>
  Function* find(const char* name) const {
    return reinterpret_cast<Function*>(address(name));
  }

 private:
  using Address = void (*)();
  Address address(const char* name) const;

  void* handle_ = nullptr;
  std::string failure_;
};

}  // namespace winport
