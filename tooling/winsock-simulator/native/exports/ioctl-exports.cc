#include <cstring>

#include "exports/winsock-call.h"
#include "host/event-signal.h"
#include "host/host-sockets.h"
#include "process/control-call.h"
#include "process/overlapped-status.h"
#include "process/reservation-calls.h"

using namespace simulator;

namespace {

constexpr DWORD kPortRangeSize = 4;             // INET_PORT_RANGE
constexpr DWORD kReservationTokenSize = 8;      // INET_PORT_RESERVATION_TOKEN
constexpr DWORD kReservationInstanceSize = 16;  // INET_PORT_RESERVATION_INSTANCE

WinsockSimulator_Call kindOf(DWORD code) {
  switch (code) {
    case kAcquirePortReservation: return WINSOCK_SIMULATOR_ACQUIRE;
    case kAssociatePortReservation: return WINSOCK_SIMULATOR_ASSOCIATE;
    case kReleasePortReservation: return WINSOCK_SIMULATOR_RELEASE;
    default: return WINSOCK_SIMULATOR_IOCTL;
  }
}

// A null buffer without a length is one that is too small. A null buffer with a length is a bad pointer.
bool isMissing(const void* buffer, DWORD length) { return buffer == nullptr && length != 0; }

// Checks the buffers and copies the input.
int read(const ControlCall& call, bool overlapped, ReservationRequest& request) {
  const bool acquires = request.call == WINSOCK_SIMULATOR_ACQUIRE;
  if (!overlapped && call.bytesReturned == nullptr) return WSAEFAULT;
  if (call.bytesReturned != nullptr) *call.bytesReturned = 0;
  if (isMissing(call.in, call.inLength) || isMissing(call.out, call.outLength)) return WSAEFAULT;
  if (call.inLength < (acquires ? kPortRangeSize : kReservationTokenSize)) return WSAEINVAL;
  if (acquires ? call.outLength < kReservationInstanceSize : call.outLength != 0) return WSAEINVAL;
  if (acquires) {
    uint16_t fields[2];
    std::memcpy(fields, call.in, sizeof fields);
    request.startPort = __builtin_bswap16(fields[0]);
    request.numberOfPorts = fields[1];
    request.output = call.out;
  } else {
    std::memcpy(&request.token, call.in, sizeof request.token);
  }
  return 0;
}

int complete(const ControlCall& call, bool overlapped, Outcome outcome) {
  if (overlapped) {
    markComplete(call.overlapped, outcome.error, outcome.bytes);
    if (outcome.error == 0) signalEvent(eventOf(call.overlapped));
  }
  if (call.bytesReturned != nullptr) *call.bytesReturned = outcome.bytes;
  return outcome.error;
}

// Reports a completed call as pending: its owner learns the outcome from the OVERLAPPED.
int completeAsPending(const ControlCall& call, Outcome outcome) {
  const HANDLE event = eventOf(call.overlapped);
  markComplete(call.overlapped, outcome.error, outcome.bytes);
  signalEvent(event);
  return WSA_IO_PENDING;
}

int overlappedIoctl(SimulatedProcess& process, const ControlCall& call, SimulatedSocket& socket, const ReservationRequest& request) {
  clearEvent(eventOf(call.overlapped));
  markPending(call.overlapped);
  const uint32_t latency = process.script.latency(request.call);
  const int32_t way = process.overlappedCall();
  if (latency != 0 || way == kPendingLater) {
    process.pending.start(request, call.overlapped, latency);
    return WSA_IO_PENDING;
  }
  const Outcome outcome = perform(process, socket, request);
  return way == kAtOnce ? complete(call, true, outcome) : completeAsPending(call, outcome);
}

int reservationIoctl(SimulatedProcess& process, std::unique_lock<std::mutex>& lock, const ControlCall& call,
                     WinsockSimulator_Call kind, int fault) {
  SimulatedSocket* socket = process.sockets.find(call.s);
  if (socket == nullptr) return WSAENOTSOCK;
  if (socket->protocol == Protocol::kOther) return WSAEOPNOTSUPP;
  const bool overlapped = socket->overlapped && call.overlapped != nullptr;
  if (socket->overlapped && call.completion != nullptr) return WSAEOPNOTSUPP;
  ReservationRequest request{};
  request.call = kind;
  request.socket = socket->identity;
  request.fault = fault;
  if (const int error = read(call, overlapped, request)) return error;
  if (overlapped) return overlappedIoctl(process, call, *socket, request);
  const uint32_t latency = process.script.latency(kind);
  const Outcome outcome =
      latency == 0 ? perform(process, *socket, request) : process.pending.runBlocking(lock, request, latency);
  return complete(call, false, outcome);
}

int passOn(SimulatedProcess& process, std::unique_lock<std::mutex>& lock, const ControlCall& call, int fault) {
  if (const uint32_t latency = process.script.latency(WINSOCK_SIMULATOR_IOCTL)) {
    if (const int interrupted = process.pending.delay(lock, call.s, latency)) return interrupted;
  }
  if (fault != 0) return fault;
  if (process.sockets.find(call.s) == nullptr) return WSAENOTSOCK;
  lock.unlock();
  return host::passIoctl({call.s, call.code, call.in, call.inLength, call.out, call.outLength,
                          reinterpret_cast<uint32_t*>(call.bytesReturned), call.overlapped,
                          reinterpret_cast<void*>(call.completion)});
}

}  // namespace

int simulator::makeControlCall(WinsockSimulator_Call entryPoint, const ControlCall& call) noexcept {
  return atBorder([&] {
    if (call.code == WINSOCK_SIMULATOR_SIO_NOTHING) return complete(call, call.overlapped != nullptr, {});
    const WinsockSimulator_Call kind = kindOf(call.code);
    SimulatedProcess& process = SimulatedProcess::current();
    std::unique_lock lock(process.mutex);
    const int refused = process.script.next(entryPoint);
    const int fault = process.script.next(kind);
    if (process.startups == 0) return static_cast<int>(WSANOTINITIALISED);
    if (refused != 0) return refused;
    return kind == WINSOCK_SIMULATOR_IOCTL ? passOn(process, lock, call, fault)
                                           : reservationIoctl(process, lock, call, kind, fault);
  });
}

EXPORT int WSAAPI WSAIoctl(SOCKET s, DWORD code, LPVOID in, DWORD inLength, LPVOID out, DWORD outLength, LPDWORD bytesReturned,
                           LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE completion) {
  const ControlCall call{s, code, in, inLength, out, outLength, bytesReturned, overlapped, completion};
  return makeControlCall(WINSOCK_SIMULATOR_WSAIOCTL, call) == 0 ? 0 : SOCKET_ERROR;
}
