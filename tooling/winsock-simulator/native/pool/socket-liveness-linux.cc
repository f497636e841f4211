#include "pool/socket-liveness.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "host/host-sockets.h"

namespace simulator {
namespace {

enum class Answer { kOpen, kClosed, kForbidden };

Answer isOpenIn(const ProcessIdentity& owner, const SocketIdentity& socket) {
  if (owner == currentProcess()) return host::identify(socket.handle) == socket.inode ? Answer::kOpen : Answer::kClosed;
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%u/fd/%u", owner.pid, static_cast<unsigned>(socket.handle));
  struct stat status;
  if (stat(path, &status) == 0) {
    return S_ISSOCK(status.st_mode) && status.st_ino == socket.inode ? Answer::kOpen : Answer::kClosed;
  }
  return errno == EACCES || errno == EPERM ? Answer::kForbidden : Answer::kClosed;
}

}  // namespace

bool isStillBound(const BoundPort& bound) {
  switch (isOpenIn(bound.owner, bound.socket)) {
    case Answer::kOpen: return true;
    case Answer::kClosed: return false;
    case Answer::kForbidden: break;
  }
  return isAlive(bound.owner) && !host::canBind(bound.protocol, bound.address);
}

bool isAnchorOpen(const Reservation& reservation) {
  switch (isOpenIn(reservation.owner, reservation.anchor)) {
    case Answer::kOpen: return true;
    case Answer::kClosed: return false;
    case Answer::kForbidden: break;
  }
  return isAlive(reservation.owner);
}

}  // namespace simulator
