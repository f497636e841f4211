// The calls that list the sockets of all processes. Every function is looked up by name when it is called, because a system may lack it.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "exports.h"
#include "table-call.h"

namespace winport {
namespace {

using GetExtendedTable = DWORD WINAPI(void*, DWORD*, BOOL, ULONG, int, ULONG);
using InternalGetBoundTable = DWORD WINAPI(void**, HANDLE, ULONG);

constexpr DWORD kInsufficientBuffer = 122;      // ERROR_INSUFFICIENT_BUFFER
constexpr DWORD kQueryLimitedInformation = 0x1000;  // PROCESS_QUERY_LIMITED_INFORMATION
constexpr DWORD kSnapshotOfProcesses = 2;       // TH32CS_SNAPPROCESS
constexpr ULONG kFamilyInet6 = 23;              // AF_INET6
constexpr size_t kRowOffset = 4;                // of the first row in a MIB_TCPTABLE2 and a MIB_TCP6TABLE2
constexpr size_t kLongestPath = 32767;

// PROCESSENTRY32W of tlhelp32.h.
struct ProcessEntry {
  DWORD dwSize;
  DWORD cntUsage;
  DWORD th32ProcessID;
  ULONG_PTR th32DefaultHeapID;
  DWORD th32ModuleID;
  DWORD cntThreads;
  DWORD th32ParentProcessID;
  int32_t pcPriClassBase;
  DWORD dwFlags;
  char16_t szExeFile[260];
};
static_assert(sizeof(ProcessEntry) == (sizeof(void*) == 8 ? 568 : 556));

// A table that does not fit is not written at all.
Outcome extendedTable(const WinsockLibrary& library, Bytes table, uint32_t isTcp, ULONG family, int32_t tableClass) {
  const auto call = library.ipHelper().find<GetExtendedTable>(isTcp != 0 ? "GetExtendedTcpTable" : "GetExtendedUdpTable");
  if (call == nullptr) return failed(kNoProcedure);
  DWORD size = static_cast<DWORD>(table.size);
  const DWORD error = call(table.data, &size, 0, family, tableClass, 0);
  if (error == kInsufficientBuffer && size > table.size) return sized(size);
  return error == 0 ? sized(std::min<size_t>(size, table.size)) : failed(error);
}

Outcome boundTable(const WinsockLibrary& library, Bytes table, ULONG family) {
  const bool isIpv6 = family == kFamilyInet6;
  const auto call = library.ipHelper().find<InternalGetBoundTable>(isIpv6 ? "InternalGetBoundTcp6EndpointTable"
                                                                          : "InternalGetBoundTcpEndpointTable");
  const auto heapOfProcess = library.kernel().find<HANDLE WINAPI()>("GetProcessHeap");
  const auto freeMemory = library.kernel().find<BOOL WINAPI(HANDLE, DWORD, void*)>("HeapFree");
  if (call == nullptr || heapOfProcess == nullptr || freeMemory == nullptr) return failed(kNoProcedure);
  void* allocated = nullptr;
  const DWORD error = call(&allocated, heapOfProcess(), 0);
  if (error != 0) return failed(error);
  if (allocated == nullptr) return sized(0);
  uint32_t count;
  std::memcpy(&count, allocated, sizeof count);
  const size_t size = kRowOffset + size_t{count} * (isIpv6 ? 60 : 28);
  if (table.data != nullptr) std::memcpy(table.data, allocated, std::min(size, table.size));
  freeMemory(heapOfProcess(), 0, allocated);
  return sized(size);
}

// The result of processImage: the time, and then the path.
struct ProcessImage {
  uint64_t started = 0;
  char16_t path[kLongestPath + 1];
  size_t length = 0;
};

void readPath(const SharedLibrary& kernel, DWORD pid, ProcessImage& image) {
  const auto open = kernel.find<HANDLE WINAPI(DWORD, BOOL, DWORD)>("OpenProcess");
  const auto close = kernel.find<BOOL WINAPI(HANDLE)>("CloseHandle");
  if (open == nullptr || close == nullptr) return;
  const HANDLE process = open(kQueryLimitedInformation, 0, pid);
  if (process == nullptr) return;
  const auto query = kernel.find<BOOL WINAPI(HANDLE, DWORD, char16_t*, DWORD*)>("QueryFullProcessImageNameW");
  DWORD length = kLongestPath + 1;
  if (query != nullptr && query(process, 0, image.path, &length)) image.length = length;
  const auto times = kernel.find<BOOL WINAPI(HANDLE, uint64_t*, uint64_t*, uint64_t*, uint64_t*)>("GetProcessTimes");
  uint64_t others[3];
  if (times != nullptr && !times(process, &image.started, &others[0], &others[1], &others[2])) image.started = 0;
  close(process);
}

void readName(const SharedLibrary& kernel, DWORD pid, ProcessImage& image) {
  const auto open = kernel.find<HANDLE WINAPI(DWORD, DWORD)>("CreateToolhelp32Snapshot");
  const auto close = kernel.find<BOOL WINAPI(HANDLE)>("CloseHandle");
  const auto first = kernel.find<BOOL WINAPI(HANDLE, ProcessEntry*)>("Process32FirstW");
  const auto next = kernel.find<BOOL WINAPI(HANDLE, ProcessEntry*)>("Process32NextW");
  if (open == nullptr || close == nullptr || first == nullptr || next == nullptr) return;
  const HANDLE snapshot = open(kSnapshotOfProcesses, 0);
  if (snapshot == INVALID_HANDLE_VALUE) return;
  ProcessEntry entry{};
  entry.dwSize = sizeof entry;
  for (BOOL found = first(snapshot, &entry); found; found = next(snapshot, &entry)) {
    if (entry.th32ProcessID != pid) continue;
    image.length = std::char_traits<char16_t>::length(entry.szExeFile);
    std::copy_n(entry.szExeFile, image.length, image.path);
    break;
  }
  close(snapshot);
}

// The FILETIME at which the process was started, and the path or name of its program. A result that does not fit is not written.
Outcome processImage(const WinsockLibrary& library, Bytes target, DWORD pid) {
  const auto image = std::make_unique<ProcessImage>();
  readPath(library.kernel(), pid, *image);
  if (image->length == 0) readName(library.kernel(), pid, *image);
  const size_t size = sizeof image->started + image->length * sizeof(char16_t);
  if (target.data != nullptr && size <= target.size) {
    std::memcpy(target.data, &image->started, sizeof image->started);
    std::memcpy(target.data + sizeof image->started, image->path, image->length * sizeof(char16_t));
  }
  return sized(size);
}

constexpr Export kExports[] = {{"extendedTable", TableCall<extendedTable>::run},
                               {"boundTable", TableCall<boundTable>::run},
                               {"processImage", TableCall<processImage>::run}};

}  // namespace

std::span<const Export> socketTableExports() { return kExports; }

}  // namespace winport
