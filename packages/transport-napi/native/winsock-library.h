#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "shared-library.h"
#include "winsock-abi.h"

namespace winport {

class OverlappedCall;

// The functions that are called. Each must exist for the library to be of use.
struct WinsockFunctions {
  int(WSAAPI* WSAStartup)(WORD, WSADATA*);
  int(WSAAPI* WSACleanup)();
  int(WSAAPI* WSAGetLastError)();
  SOCKET(WSAAPI* WSASocketW)(int, int, int, void*, GROUP, DWORD);
  int(WSAAPI* closesocket)(SOCKET);
  int(WSAAPI* bind)(SOCKET, const void*, int);
  int(WSAAPI* getsockname)(SOCKET, void*, int*);
  int(WSAAPI* setsockopt)(SOCKET, int, int, const void*, int);
  int(WSAAPI* WSAIoctl)(SOCKET, DWORD, void*, DWORD, void*, DWORD, DWORD*, WSAOVERLAPPED*, void*);
  BOOL(WSAAPI* WSAGetOverlappedResult)(SOCKET, WSAOVERLAPPED*, DWORD*, BOOL, DWORD*);
  WSAEVENT(WSAAPI* WSACreateEvent)();
  BOOL(WSAAPI* WSACloseEvent)(WSAEVENT);
  BOOL(WINAPI* CancelIoEx)(HANDLE, OVERLAPPED*);
  BOOL(WINAPI* RegisterWaitForSingleObject)(HANDLE*, HANDLE, void(CALLBACK*)(void*, BOOLEAN), void*, ULONG, ULONG);
  BOOL(WINAPI* UnregisterWaitEx)(HANDLE, HANDLE);
};

// The functions for persistent reservations, in the order Create, Lookup, Delete, of TCP and then of UDP.
inline constexpr size_t kPersistentFunctions = 6;
using CreateOrLookup = ULONG WSAAPI(USHORT, USHORT, ULONG64*);
using Delete = ULONG WSAAPI(USHORT, USHORT);

struct LibraryPaths {
  LibraryPath winsock;
  LibraryPath ipHelper;
  LibraryPath kernel;

  bool operator==(const LibraryPaths&) const = default;
};

// One set of libraries. It stays loaded as long as its environment lives.
class WinsockLibrary {
 public:
  // Null if a library or function is missing; then `failure` says which and why.
  static std::unique_ptr<WinsockLibrary> load(const LibraryPaths& paths, std::string& failure);
  ~WinsockLibrary();
  WinsockLibrary(const WinsockLibrary&) = delete;
  WinsockLibrary& operator=(const WinsockLibrary&) = delete;

  const WinsockFunctions& functions() const { return functions_; }
  const LibraryPaths& paths() const { return paths_; }

  // Both return an error, or 0. What was started and not cleaned up is cleaned up in the end.
  int startUp();
  int cleanUp();

  // Null where the library has no such function.
  CreateOrLookup* persistentCreateOrLookup(size_t function) const;
  Delete* persistentDelete(size_t function) const;

  // A call that is idle, or a new one; null if its event cannot be created, for which WSAGetLastError has the reason.
  std::unique_ptr<OverlappedCall> takeCall();
  void giveCall(std::unique_ptr<OverlappedCall> call);

 private:
  explicit WinsockLibrary(const LibraryPaths& paths);
  bool resolve(std::string& failure);

  LibraryPaths paths_;
  SharedLibrary winsock_;
  SharedLibrary ipHelper_;
  SharedLibrary kernel_;
  WinsockFunctions functions_{};
  int startups_ = 0;
  std::vector<std::unique_ptr<OverlappedCall>> idleCalls_;
};

}  // namespace winport
