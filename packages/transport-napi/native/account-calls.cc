// The calls that name the users and the services of processes. Every function is looked up by name when it is called, because a
// system may lack it.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "exports.h"
#include "table-call.h"

namespace winport {
namespace {

constexpr DWORD kMoreData = 234;                    // ERROR_MORE_DATA
constexpr DWORD kQueryLimitedInformation = 0x1000;  // PROCESS_QUERY_LIMITED_INFORMATION
constexpr DWORD kTokenQuery = 0x8;                  // TOKEN_QUERY
constexpr int kTokenUser = 1;                       // TokenUser
constexpr DWORD kEnumerateServices = 0x4;           // SC_MANAGER_ENUMERATE_SERVICE
constexpr int kProcessInfo = 0;                     // SC_ENUM_PROCESS_INFO
constexpr DWORD kServices = 0x30;                   // SERVICE_WIN32
constexpr DWORD kActive = 1;                        // SERVICE_ACTIVE
constexpr DWORD kLongestName = 1024;                // of an account, and of a domain
constexpr DWORD kPageSize = 0x10000;                // for services; the system allows 256 KB

// TOKEN_USER of winnt.h, and the security identifier behind it, which has at most 68 bytes.
struct TokenUser {
  void* sid;
  DWORD attributes;
  std::byte identifier[128];
};

// ENUM_SERVICE_STATUS_PROCESSW of winsvc.h.
struct ServiceStatus {
  char16_t* name;
  char16_t* displayName;
  DWORD status[7];
  DWORD processId;
  DWORD flags;
};

#ifdef _WIN32
static_assert(kMoreData == ERROR_MORE_DATA && kQueryLimitedInformation == PROCESS_QUERY_LIMITED_INFORMATION &&
              kTokenQuery == TOKEN_QUERY && kTokenUser == ::TokenUser && kEnumerateServices == SC_MANAGER_ENUMERATE_SERVICE &&
              kProcessInfo == SC_ENUM_PROCESS_INFO && kServices == SERVICE_WIN32 && kActive == SERVICE_ACTIVE);
static_assert(offsetof(TokenUser, sid) == offsetof(TOKEN_USER, User.Sid) && SECURITY_MAX_SID_SIZE <= sizeof(TokenUser::identifier));
static_assert(sizeof(ServiceStatus) == sizeof(ENUM_SERVICE_STATUS_PROCESSW) &&
              offsetof(ServiceStatus, processId) == offsetof(ENUM_SERVICE_STATUS_PROCESSW, ServiceStatusProcess.dwProcessId));
#endif

using Close = BOOL WINAPI(HANDLE);
using ClosedHandle = std::unique_ptr<void, Close*>;

// The account of the process, `domain\name` in UTF-16.
Outcome processUser(const WinsockLibrary& library, Bytes user, DWORD pid) {
  const SharedLibrary* const security = library.security();
  if (security == nullptr) return failed(kNoProcedure);
  const auto openProcess = library.kernel().find<HANDLE WINAPI(DWORD, BOOL, DWORD)>("OpenProcess");
  const auto close = library.kernel().find<Close>("CloseHandle");
  const auto lastError = library.kernel().find<DWORD WINAPI()>("GetLastError");
  const auto openToken = security->find<BOOL WINAPI(HANDLE, DWORD, HANDLE*)>("OpenProcessToken");
  const auto readToken = security->find<BOOL WINAPI(HANDLE, int, void*, DWORD, DWORD*)>("GetTokenInformation");
  const auto nameOf = security->find<BOOL WINAPI(const char16_t*, void*, char16_t*, DWORD*, char16_t*, DWORD*, int*)>("LookupAccountSidW");
  if (openProcess == nullptr || close == nullptr || lastError == nullptr || openToken == nullptr || readToken == nullptr ||
      nameOf == nullptr) {
    return failed(kNoProcedure);
  }
  const ClosedHandle process(openProcess(kQueryLimitedInformation, 0, pid), close);
  if (process == nullptr) return failed(lastError());
  HANDLE opened = nullptr;
  if (!openToken(process.get(), kTokenQuery, &opened)) return failed(lastError());
  const ClosedHandle token(opened, close);
  TokenUser owner;
  DWORD size = 0;
  if (!readToken(token.get(), kTokenUser, &owner, sizeof owner, &size)) return failed(lastError());
  char16_t name[kLongestName], domain[kLongestName];
  DWORD nameLength = kLongestName, domainLength = kLongestName;
  int use = 0;
  if (!nameOf(nullptr, owner.sid, name, &nameLength, domain, &domainLength, &use)) return failed(lastError());
  std::u16string account(domain, domainLength);
  if (!account.empty()) account += u'\\';
  account.append(name, nameLength);
  const size_t length = account.size() * sizeof(char16_t);
  if (user.data != nullptr) std::memcpy(user.data, account.data(), std::min(length, user.size));
  return sized(length);
}

// The services that run: of each its process as a DWORD, and its name in UTF-16 with a zero at its end.
Outcome services(const WinsockLibrary& library, Bytes target) {
  const SharedLibrary* const security = library.security();
  if (security == nullptr) return failed(kNoProcedure);
  const auto lastError = library.kernel().find<DWORD WINAPI()>("GetLastError");
  const auto open = security->find<HANDLE WINAPI(const char16_t*, const char16_t*, DWORD)>("OpenSCManagerW");
  const auto close = security->find<Close>("CloseServiceHandle");
  const auto enumerate =
      security->find<BOOL WINAPI(HANDLE, int, DWORD, DWORD, void*, DWORD, DWORD*, DWORD*, DWORD*, const char16_t*)>("EnumServicesStatusExW");
  if (lastError == nullptr || open == nullptr || close == nullptr || enumerate == nullptr) return failed(kNoProcedure);
  const ClosedHandle manager(open(nullptr, nullptr, kEnumerateServices), close);
  if (manager == nullptr) return failed(lastError());
  struct Page {
    alignas(ServiceStatus) std::byte bytes[kPageSize];
  };
  const auto page = std::make_unique<Page>();
  std::string found;
  DWORD resume = 0;
  for (bool isLast = false; !isLast;) {
    DWORD needed = 0, count = 0;
    isLast = enumerate(manager.get(), kProcessInfo, kServices, kActive, page->bytes, kPageSize, &needed, &count, &resume, nullptr) != 0;
    const DWORD error = isLast ? 0 : lastError();
    if (!isLast && (error != kMoreData || count == 0)) return failed(error);
    for (DWORD i = 0; i < count; ++i) {
      ServiceStatus service;
      std::memcpy(&service, page->bytes + i * sizeof service, sizeof service);
      found.append(reinterpret_cast<const char*>(&service.processId), sizeof service.processId);
      const size_t length = std::char_traits<char16_t>::length(service.name) + 1;
      found.append(reinterpret_cast<const char*>(service.name), length * sizeof(char16_t));
    }
  }
  if (target.data != nullptr) std::memcpy(target.data, found.data(), std::min(found.size(), target.size));
  return sized(found.size());
}

constexpr Export kExports[] = {{"processUser", TableCall<processUser>::run}, {"services", TableCall<services>::run}};

}  // namespace

std::span<const Export> accountExports() { return kExports; }

}  // namespace winport
