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

// The functions that every transport calls. load() fails if one is missing.
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
  BOOL(WSAAPI* WSAResetEvent)(WSAEVENT);
  BOOL(WINAPI* CancelIoEx)(HANDLE, OVERLAPPED*);
  BOOL(WINAPI* RegisterWaitForSingleObject)(HANDLE*, HANDLE, void(CALLBACK*)(void*, BOOLEAN), void*, ULONG, ULONG);
  BOOL(WINAPI* UnregisterWaitEx)(HANDLE, HANDLE);
};

// The additional functions for a service provider.
struct ProviderFunctions {
  int(WSPAPI* WSPStartup)(WORD, WSPDATA*, WSAPROTOCOL_INFOW*, WSPUPCALLTABLE, WSPPROC_TABLE*);
  int(WSAAPI* getsockopt)(SOCKET, int, int, void*, int*);
  HANDLE(WINAPI* GetCurrentProcess)();
  HANDLE(WINAPI* GetCurrentThread)();
  BOOL(WINAPI* DuplicateHandle)(HANDLE, HANDLE, HANDLE, HANDLE*, DWORD, BOOL, DWORD);
  BOOL(WINAPI* CloseHandle)(HANDLE);
};

// The functions for persistent reservations in the order Create, Lookup, Delete for TCP, then the same for UDP.
inline constexpr size_t kPersistentFunctions = 6;
using CreateOrLookup = ULONG WSAAPI(USHORT, USHORT, ULONG64*);
using Delete = ULONG WSAAPI(USHORT, USHORT);

struct LibraryPaths {
  LibraryPath winsock;
  LibraryPath ipHelper;
  LibraryPath kernel;
  LibraryPath provider;  // empty if there is none
  LibraryPath security;  // likewise

  bool operator==(const LibraryPaths&) const = default;
};

// One set of libraries, loaded for the life of its environment.
class WinsockLibrary {
 public:
  // Returns null if a library or function is missing, with its role and the reason in `failure`.
  static std::unique_ptr<WinsockLibrary> load(const LibraryPaths& paths, std::string& failure);
  ~WinsockLibrary();
  WinsockLibrary(const WinsockLibrary&) = delete;
  WinsockLibrary& operator=(const WinsockLibrary&) = delete;

  const WinsockFunctions& functions() const { return functions_; }
  const LibraryPaths& paths() const { return paths_; }
  // For functions that may be missing.
  const SharedLibrary& ipHelper() const { return ipHelper_; }
  const SharedLibrary& kernel() const { return kernel_; }
  // Loaded by the first call. Null if it cannot be loaded, or if there is none.
  const SharedLibrary* security() const;

  // WSAStartup and WSACleanup. Both return an error, or 0. The destructor balances the remaining startups.
  int startUp();
  int cleanUp();

  // getsockopt(SO_PROTOCOL_INFOW). Returns an error, or 0.
  int protocolInfo(SOCKET socket, WSAPROTOCOL_INFOW& info) const;
  // Both return an error, or 0. startProvider stops a provider that is running, and so does the destructor.
  int startProvider(const WSAPROTOCOL_INFOW& info);
  int stopProvider();
  // Null while no provider is started.
  ServiceProvider* provider() const { return provider_.get(); }

  // Null if the library does not export the function.
  CreateOrLookup* persistentCreateOrLookup(size_t function) const;
  Delete* persistentDelete(size_t function) const;

  // An idle call or a new one. Returns null if its event cannot be created; WSAGetLastError has the reason.
  std::unique_ptr<OverlappedCall> takeCall();
  void giveCall(std::unique_ptr<OverlappedCall> call);

 private:
  explicit WinsockLibrary(const LibraryPaths& paths);
  bool resolve(std::string& failure);

  LibraryPaths paths_;
  SharedLibrary winsock_;
  SharedLibrary ipHelper_;
  SharedLibrary kernel_;
  std::unique_ptr<SharedLibrary> providerLibrary_;  // null if there is none
  mutable std::unique_ptr<SharedLibrary> security_;
  WinsockFunctions functions_{};
  ProviderFunctions providerFunctions_{};
  int startups_ = 0;
  std::unique_ptr<ServiceProvider> provider_;
  std::vector<std::unique_ptr<OverlappedCall>> idleCalls_;
};

}  // namespace winport
