#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "shared-library.h"
#include "winsock-abi.h"

namespace winport {

class OverlappedCall;
class ServiceProvider;

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

// Those that a service provider needs besides.
struct ProviderFunctions {
  int(WSPAPI* WSPStartup)(WORD, WSPDATA*, WSAPROTOCOL_INFOW*, WSPUPCALLTABLE, WSPPROC_TABLE*);
  int(WSAAPI* getsockopt)(SOCKET, int, int, void*, int*);
  HANDLE(WINAPI* GetCurrentProcess)();
  HANDLE(WINAPI* GetCurrentThread)();
  BOOL(WINAPI* DuplicateHandle)(HANDLE, HANDLE, HANDLE, HANDLE*, DWORD, BOOL, DWORD);
  BOOL(WINAPI* CloseHandle)(HANDLE);
};

// The functions for persistent reservations, in the order Create, Lookup, Delete, of TCP and then of UDP.
inline constexpr size_t kPersistentFunctions = 6;
using CreateOrLookup = ULONG WSAAPI(USHORT, USHORT, ULONG64*);
using Delete = ULONG WSAAPI(USHORT, USHORT);

struct LibraryPaths {
  LibraryPath winsock;
  LibraryPath ipHelper;
  LibraryPath kernel;
  LibraryPath provider;  // empty for none

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

  // getsockopt(SO_PROTOCOL_INFOW) of a socket: an error, or 0.
  int protocolInfo(SOCKET socket, WSAPROTOCOL_INFOW& info) const;
  // Both return an error, or 0. One that is started is stopped before it is started anew, and in the end.
  int startProvider(const WSAPROTOCOL_INFOW& info);
  int stopProvider();
  // Null unless it is started.
  ServiceProvider* provider() const { return provider_.get(); }

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
  std::unique_ptr<SharedLibrary> providerLibrary_;  // null for none
  WinsockFunctions functions_{};
  ProviderFunctions providerFunctions_{};
  int startups_ = 0;
  std::unique_ptr<ServiceProvider> provider_;
  std::vector<std::unique_ptr<OverlappedCall>> idleCalls_;
};

}  // namespace winport
