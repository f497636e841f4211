#include "process/simulated-process.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "host/host-sockets.h"
#include "process/reservation-calls.h"

namespace simulator {
namespace {

constexpr const char* kDefaultPool = "default";

std::string poolNameFromEnvironment() {
  const char* name = std::getenv("WINSOCK_SIMULATOR_POOL");
  return name != nullptr && isPoolName(name) ? name : kDefaultPool;
}

}  // namespace

bool isPoolName(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

SimulatedProcess::SimulatedProcess()
    : pending(mutex, [this](const ReservationRequest& request) { return execute(*this, request); }),
      poolName_(poolNameFromEnvironment()) {}

SimulatedProcess& SimulatedProcess::current() {
  static auto* process = new SimulatedProcess;  // never destroyed, because its thread may outlive main
  return *process;
}

SharedPool* SimulatedProcess::pool() {
  if (pool_ == nullptr) pool_ = SharedPool::open(poolName_);
  return pool_.get();
}

int32_t SimulatedProcess::overlappedCall() {
  SharedPool* shared = pool();
  return shared == nullptr ? static_cast<int32_t>(kAtOnce) : LockedPool(*shared)->world().overlappedCall;
}

void SimulatedProcess::leavePool() {
  if (pool_ == nullptr) return;
  LockedPool(*pool_)->forgetProcess(currentProcess());
  pool_ = nullptr;
  sockets.forEach([](SimulatedSocket& socket) {
    socket.association = 0;
    socket.acquired.clear();
  });
}

void SimulatedProcess::usePool(std::string name) {
  leavePool();
  poolName_ = std::move(name);
}

void SimulatedProcess::letGo(SimulatedSocket& socket) {
  if (pool_ == nullptr || socket.protocol == Protocol::kOther) return;
  if (socket.acquired.empty() && socket.boundPort == 0) return;
  LockedPool locked(*pool_);
  for (const uint64_t token : socket.acquired) {
    if (Reservation* reservation = locked->find(token)) locked->release(*reservation);
  }
  socket.acquired.clear();
  if (socket.boundPort != 0) locked->forgetBound(socket.protocol, socket.boundPort, socket.identity);
  socket.boundPort = 0;
}

void SimulatedProcess::sweep() {
  sockets.removeIf([this](SimulatedSocket& socket) {
    if (host::identify(socket.identity.handle) == socket.identity.inode) return false;
    letGo(socket);
    return !socket.gone;
  });
}

}  // namespace simulator
