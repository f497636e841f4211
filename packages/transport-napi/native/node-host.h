#pragma once

#include <windows.h>

namespace winport {

// The module of this process that exports Node-API: the program, whatever its name, else libnode.dll or node.dll. Null if none does.
HMODULE findNodeHost();

}  // namespace winport
