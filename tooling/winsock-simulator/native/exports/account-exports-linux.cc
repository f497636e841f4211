// The functions of advapi32 that name the users and the services of processes. The DLL has those of Windows. A process has its user of
// Linux, in the domain SIMULATOR. Two services run, both in this process.
#include <pwd.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "abi/winsock-abi.h"
#include "exports/table-call.h"
#include "host/events-linux.h"
#include "host/last-error.h"
#include "host/process-identity.h"
#include "host/process-lists-linux.h"

using namespace simulator;

namespace {

constexpr int kInsufficientBuffer = 122, kMoreData = 234, kNoneMapped = 1332;
constexpr int kTokenUser = 1;
constexpr int kProcessInfo = 0;
constexpr uint32_t kRunning = 4;
constexpr std::u16string_view kDomain = u"SIMULATOR";
constexpr std::u16string_view kServices[] = {u"SimulatedFirst", u"SimulatedSecond"};

// A security identifier S-1-5-x whose last part is the number of the user.
struct Sid {
  uint8_t revision, count, authority[6];
  uint32_t user;
};
struct TokenUser {  // TOKEN_USER, and what it points to
  const Sid* sid;
  uint32_t attributes;
  Sid identifier;
};
struct ServiceStatus {  // ENUM_SERVICE_STATUS_PROCESSW
  const char16_t *name, *displayName;
  uint32_t type, state, accepted, exitCode, serviceExitCode, checkPoint, waitHint, pid, flags;
};
static_assert(sizeof(ServiceStatus) == 56);

int32_t succeededOr(int error, bool succeeded) {
  if (!succeeded) setLastError(error);
  return succeeded;
}

// Copies the text with a zero at its end. The length counts the zero only if the text does not fit, as in Windows.
bool copy(std::u16string_view text, char16_t* target, uint32_t* length) {
  const uint32_t available = *length;
  const bool fits = text.size() < available;
  *length = static_cast<uint32_t>(text.size() + (fits ? 0 : 1));
  if (!fits) return false;
  std::copy(text.begin(), text.end(), target);
  target[text.size()] = u'\0';
  return true;
}

}  // namespace

EXPORT int32_t OpenProcessToken(const void* process, uint32_t, void** token) {
  if (const uint32_t fault = tableCall(WINSOCK_SIMULATOR_OPENTOKEN, [](SharedPool&) { return 0u; })) {
    return succeededOr(static_cast<int>(fault), false);
  }
  const uint32_t pid = ProcessLists::all().last(process);
  if (pid != 0) *token = ProcessLists::all().open({pid});
  return succeededOr(ERROR_INVALID_HANDLE, pid != 0);
}

EXPORT int32_t GetTokenInformation(const void* token, int informationClass, void* target, uint32_t size, uint32_t* needed) {
  const uint32_t pid = ProcessLists::all().last(token);
  struct stat process;
  if (pid == 0 || stat(("/proc/" + std::to_string(pid)).c_str(), &process) != 0) return succeededOr(ERROR_INVALID_HANDLE, false);
  if (informationClass != kTokenUser) return succeededOr(ERROR_INVALID_PARAMETER, false);
  *needed = sizeof(TokenUser);
  if (size < sizeof(TokenUser)) return succeededOr(kInsufficientBuffer, false);
  auto* const user = static_cast<TokenUser*>(target);
  *user = {&user->identifier, 0, {1, 1, {0, 0, 0, 0, 0, 5}, process.st_uid}};
  return 1;
}

EXPORT int32_t LookupAccountSidW(const char16_t*, const Sid* sid, char16_t* name, uint32_t* nameLength, char16_t* domain,
                                 uint32_t* domainLength, int* use) {
  char strings[4096];
  passwd entry;
  passwd* found = nullptr;
  if (getpwuid_r(sid->user, &entry, strings, sizeof strings, &found) != 0 || found == nullptr) return succeededOr(kNoneMapped, false);
  const std::string_view account(found->pw_name);
  *use = 1;
  const bool isCopied = copy(std::u16string(account.begin(), account.end()), name, nameLength) && copy(kDomain, domain, domainLength);
  return succeededOr(kInsufficientBuffer, isCopied);
}

EXPORT void* OpenSCManagerW(const char16_t*, const char16_t*, uint32_t) {
  const uint32_t fault = tableCall(WINSOCK_SIMULATOR_SERVICES, [](SharedPool&) { return 0u; });
  return succeededOr(static_cast<int>(fault), fault == 0) ? ProcessLists::all().open({}) : nullptr;
}
EXPORT int32_t CloseServiceHandle(void* handle) { return succeededOr(ERROR_INVALID_HANDLE, Events::all().close(handle)); }

// Writes one service at a time, so that its callers ask for more.
EXPORT int32_t EnumServicesStatusExW(const void*, int level, uint32_t, uint32_t, void* target, uint32_t size, uint32_t* needed,
                                     uint32_t* count, uint32_t* resume, const char16_t*) {
  if (const uint32_t fault = tableCall(WINSOCK_SIMULATOR_SERVICES, [](SharedPool&) { return 0u; })) {
    return succeededOr(static_cast<int>(fault), false);
  }
  if (level != kProcessInfo || *resume >= std::size(kServices)) return succeededOr(ERROR_INVALID_PARAMETER, false);
  const std::u16string_view name = kServices[*resume];
  const size_t bytes = sizeof(ServiceStatus) + (name.size() + 1) * sizeof(char16_t);
  if (size < bytes) return succeededOr(kInsufficientBuffer, false);
  auto* const text = reinterpret_cast<char16_t*>(static_cast<char*>(target) + size) - (name.size() + 1);
  std::copy(name.begin(), name.end(), text);
  text[name.size()] = u'\0';
  ServiceStatus service{};
  service.name = service.displayName = text;
  service.state = kRunning;
  service.pid = currentProcess().pid;
  std::memcpy(target, &service, sizeof service);
  *count = 1;
  const bool isLast = ++*resume == std::size(kServices);
  if (isLast) *resume = 0;
  *needed = isLast ? 0 : static_cast<uint32_t>(bytes);
  return succeededOr(kMoreData, isLast);
}
