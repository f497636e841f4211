#pragma once

#include <span>

#include <node_api.h>

namespace winport {

// A function that JavaScript can call. Its callback data is the Environment.
struct Export {
  const char* name;
  napi_callback function;
};

std::span<const Export> libraryExports();
std::span<const Export> socketExports();
std::span<const Export> ioctlExports();
std::span<const Export> overlappedExports();
std::span<const Export> persistentExports();
std::span<const Export> providerExports();
std::span<const Export> socketTableExports();
std::span<const Export> accountExports();

}  // namespace winport
