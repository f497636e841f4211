// Resolves node.exe to the program that loads the addon, whatever its name: Electron's is not node.exe.
#include <windows.h>

#include <delayimp.h>

#include <cstring>

static FARPROC WINAPI findNode(unsigned event, DelayLoadInfo* info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return nullptr;
  return reinterpret_cast<FARPROC>(GetModuleHandleW(nullptr));
}

extern "C" const PfnDliHook __pfnDliNotifyHook2 = findNode;
