#pragma once

#include <string>

namespace winport {

#ifdef _WIN32
using LibraryPath = std::u16string;
#else
using LibraryPath = std::string;
#endif

// A shared library, loaded for the life of this object.
class SharedLibrary {
 public:
  // Fails unless `path` is absolute, on Windows with a drive or a server. The system looks for the library nowhere else.
  explicit SharedLibrary(const LibraryPath& path);
  ~SharedLibrary();
  SharedLibrary(const SharedLibrary&) = delete;
  SharedLibrary& operator=(const SharedLibrary&) = delete;

  bool isLoaded() const { return handle_ != nullptr; }
  // The reason if the library is not loaded.
  const std::string& failure() const { return failure_; }

  // Returns null if the library does not export the function.
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
