// The functions of IP Helper and kernel32 that list sockets and their processes. The DLL has those of Windows.
#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "abi/winsock-abi.h"
#include "abi/winsock-errors.h"
#include "exports/table-call.h"
#include "host/last-error.h"
#include "host/process-identity.h"
#include "host/process-lists-linux.h"
#include "host/socket-options-linux.h"
#include "process/simulated-process.h"

using namespace simulator;

namespace {

constexpr uint32_t kInsufficientBuffer = 122;
constexpr uint32_t kStateListen = 2;
constexpr int kTcpOwnerPidAll = 5, kTcpOwnerModuleAll = 8, kUdpOwnerPid = 1, kUdpOwnerModule = 2;

// Where a kind of row has its fields. An offset of 0 means that it has no such field, except of the address of IPv6 and UDP.
struct RowLayout {
  size_t tableOffset, size, state, address, scope, port, pid;
};
constexpr RowLayout kTcp4Pid{4, 24, 0, 4, 0, 8, 20}, kTcp4Module{8, 160, 0, 4, 0, 8, 20}, kTcp4Bound{4, 28, 0, 4, 0, 8, 20};
constexpr RowLayout kTcp6Pid{4, 56, 48, 0, 16, 20, 52}, kTcp6Module{8, 192, 48, 0, 16, 20, 52}, kTcp6Bound{4, 60, 48, 0, 16, 20, 52};
constexpr RowLayout kUdp4Pid{4, 12, 0, 0, 0, 4, 8}, kUdp4Module{8, 160, 0, 0, 0, 4, 8};
constexpr RowLayout kUdp6Pid{4, 28, 0, 0, 16, 20, 24}, kUdp6Module{8, 176, 0, 0, 16, 20, 24};

const RowLayout* layoutOf(Protocol protocol, bool isIpv6, int tableClass) {
  if (protocol == Protocol::kTcp && tableClass == kTcpOwnerPidAll) return isIpv6 ? &kTcp6Pid : &kTcp4Pid;
  if (protocol == Protocol::kTcp && tableClass == kTcpOwnerModuleAll) return isIpv6 ? &kTcp6Module : &kTcp4Module;
  if (protocol == Protocol::kUdp && tableClass == kUdpOwnerPid) return isIpv6 ? &kUdp6Pid : &kUdp4Pid;
  if (protocol == Protocol::kUdp && tableClass == kUdpOwnerModule) return isIpv6 ? &kUdp6Module : &kUdp4Module;
  return nullptr;
}

// A socket of another process counts as one that only is bound: its descriptor cannot be asked.
bool isListening(const BoundPort& bound) {
  return bound.owner == currentProcess() && isLinuxSocketListening(static_cast<int>(bound.socket.handle));
}

std::vector<unsigned char> tableOf(SharedPool& pool, Protocol protocol, bool isIpv6, const RowLayout& layout, bool boundOnly) {
  std::vector<unsigned char> table(layout.tableOffset);
  const bool hasState = protocol == Protocol::kTcp;
  uint32_t count = 0;
  LockedPool(pool)->forEachBound([&](const BoundPort& bound) {
    if (bound.protocol != protocol || (bound.address.family == kFamilyInet6) != isIpv6) return;
    if (hasState && isListening(bound) == boundOnly) return;
    const size_t row = table.size();
    table.resize(row + layout.size);
    const auto put = [&](size_t at, const void* value, size_t size) { std::memcpy(&table[row + at], value, size); };
    if (hasState && !boundOnly) put(layout.state, &kStateListen, sizeof kStateListen);
    put(layout.address, bound.address.bytes.data(), isIpv6 ? 16 : 4);
    if (isIpv6) put(layout.scope, &bound.address.scopeId, sizeof bound.address.scopeId);
    const uint16_t port = __builtin_bswap16(bound.address.port);
    put(layout.port, &port, sizeof port);
    put(layout.pid, &bound.owner.pid, sizeof bound.owner.pid);
    ++count;
  });
  std::memcpy(table.data(), &count, sizeof count);
  return table;
}

uint32_t writeTable(Protocol protocol, void* target, uint32_t* size, uint32_t family, int tableClass) {
  return tableCall(WINSOCK_SIMULATOR_SOCKETTABLE, [&](SharedPool& pool) -> uint32_t {
    const bool isIpv6 = family == kFamilyInet6;
    const RowLayout* layout = layoutOf(protocol, isIpv6, tableClass);
    if (layout == nullptr || size == nullptr || (!isIpv6 && family != kFamilyInet)) return ERROR_INVALID_PARAMETER;
    const std::vector<unsigned char> table = tableOf(pool, protocol, isIpv6, *layout, false);
    const uint32_t available = *size;
    *size = static_cast<uint32_t>(table.size());
    if (target == nullptr || available < table.size()) return kInsufficientBuffer;
    std::memcpy(target, table.data(), table.size());
    return 0;
  });
}

uint32_t allocateBoundTable(void** target, bool isIpv6) {
  return tableCall(WINSOCK_SIMULATOR_BOUNDTABLE, [&](SharedPool& pool) -> uint32_t {
    const std::vector<unsigned char> table = tableOf(pool, Protocol::kTcp, isIpv6, isIpv6 ? kTcp6Bound : kTcp4Bound, true);
    *target = std::malloc(table.size());
    if (*target == nullptr) return ERROR_NOT_ENOUGH_MEMORY;
    std::memcpy(*target, table.data(), table.size());
    return 0;
  });
}

struct ProcessEntry {  // PROCESSENTRY32W
  uint32_t size, usage, pid;
  uint64_t heap;
  uint32_t module, threads, parent, priority, flags;
  char16_t name[260];
};
static_assert(sizeof(ProcessEntry) == 568);

int32_t nextProcess(const void* handle, ProcessEntry* entry) {
  entry->pid = entry->size == sizeof *entry ? ProcessLists::all().takeLast(handle) : 0;
  if (entry->pid == 0) return 0;
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(entry->pid) + "/comm"), name);
  std::fill(std::begin(entry->name), std::end(entry->name), u'\0');
  std::copy(name.begin(), name.end(), entry->name);
  return 1;
}

}  // namespace

EXPORT uint32_t GetExtendedTcpTable(void* table, uint32_t* size, int32_t, uint32_t family, int tableClass, uint32_t) {
  return writeTable(Protocol::kTcp, table, size, family, tableClass);
}
EXPORT uint32_t GetExtendedUdpTable(void* table, uint32_t* size, int32_t, uint32_t family, int tableClass, uint32_t) {
  return writeTable(Protocol::kUdp, table, size, family, tableClass);
}
EXPORT uint32_t InternalGetBoundTcpEndpointTable(void** table, void*, uint32_t) { return allocateBoundTable(table, false); }
EXPORT uint32_t InternalGetBoundTcp6EndpointTable(void** table, void*, uint32_t) { return allocateBoundTable(table, true); }

EXPORT void* GetProcessHeap() { return &ProcessLists::all(); }
EXPORT int32_t HeapFree(void*, uint32_t, void* memory) {
  std::free(memory);
  return 1;
}

EXPORT void* OpenProcess(uint32_t, int32_t, uint32_t pid) {
  uint32_t error = tableCall(WINSOCK_SIMULATOR_OPENPROCESS, [](SharedPool&) { return 0u; });
  if (error == 0 && kill(static_cast<pid_t>(pid), 0) != 0 && errno != EPERM) error = ERROR_INVALID_PARAMETER;
  if (error == 0) return ProcessLists::all().open({pid});
  setLastError(static_cast<int>(error));
  return nullptr;
}

// The path in the bytes of Latin-1.
EXPORT int32_t QueryFullProcessImageNameW(const void* process, uint32_t, char16_t* path, uint32_t* length) {
  const uint32_t pid = ProcessLists::all().last(process);
  if (pid == 0) return 0;
  char target[4096];
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  const ssize_t size = readlink(link.c_str(), target, sizeof target);
  if (size < 0 || static_cast<uint32_t>(size) >= *length) return 0;
  std::copy_n(reinterpret_cast<unsigned char*>(target), size, path);
  path[size] = u'\0';
  *length = static_cast<uint32_t>(size);
  return 1;
}

EXPORT void* CreateToolhelp32Snapshot(uint32_t, uint32_t) {
  std::vector<uint32_t> pids;
  if (DIR* const folder = opendir("/proc")) {
    while (const dirent* const entry = readdir(folder)) {
      if (const unsigned long pid = std::strtoul(entry->d_name, nullptr, 10)) pids.push_back(static_cast<uint32_t>(pid));
    }
    closedir(folder);
  }
  return ProcessLists::all().open(std::move(pids));
}
EXPORT int32_t Process32FirstW(const void* snapshot, ProcessEntry* entry) { return nextProcess(snapshot, entry); }
EXPORT int32_t Process32NextW(const void* snapshot, ProcessEntry* entry) { return nextProcess(snapshot, entry); }
