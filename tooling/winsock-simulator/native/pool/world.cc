#include "pool/world.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace simulator {
namespace {

struct Answer {
  std::string_view name;
  int32_t value;
};

struct Point {
  std::string_view name;
  int32_t World::*field;
  Answer answers[4];  // an empty name for none
};

constexpr Answer kSuccess{"success", 0};
constexpr Answer kAccess{"WSAEACCES", WSAEACCES};
constexpr Answer kInUse{"WSAEADDRINUSE", WSAEADDRINUSE};
constexpr Answer kInvalid{"WSAEINVAL", WSAEINVAL};
constexpr Answer kNoBuffers{"WSAENOBUFS", WSAENOBUFS};
constexpr Answer kNotAvailable{"WSAEADDRNOTAVAIL", WSAEADDRNOTAVAIL};

constexpr Point kPoints[] = {
    {"wildcardRefused", &World::wildcardRefused, {kNoBuffers, kInUse, kNotAvailable, kAccess}},
    {"rangeTaken", &World::rangeTaken, {kInUse, kAccess}},
    {"blockExhausted", &World::blockExhausted, {kNoBuffers, kInUse, kAccess}},
    {"blockPortInUse", &World::blockPortInUse, {kInUse, kAccess}},
    {"portOutsideBlock", &World::portOutsideBlock, {kInvalid, kNotAvailable, kAccess}},
    {"runtimePortRefused", &World::runtimePortRefused, {kAccess, kInUse}},
    {"persistentPortRefused", &World::persistentPortRefused, {kAccess, kInUse}},
    {"unknownToken", &World::unknownToken, {kInvalid, kAccess, kNotAvailable}},
    {"foreignToken", &World::foreignToken, {kAccess, kInvalid, kNotAvailable}},
    {"endedToken", &World::endedToken, {kInvalid, kAccess, kNotAvailable}},
    {"boundSocketAssociated", &World::boundSocketAssociated, {kInvalid, kAccess, {"ignored", 0}}},
    {"bindAfterEnd", &World::bindAfterEnd, {kInvalid, kAccess, kNotAvailable}},
    {"blockServed",
     &World::blockServed,
     {{"at-once", kServedAtOnce}, {"anchor-associated", kServedAnchorAssociated}, {"anchor-bound", kServedAnchorBound}}},
    {"tokenServes", &World::tokenServes, {{"both-families", kServesBothFamilies}, {"anchor-family", kServesAnchorFamily}}},
    {"familyPools", &World::familyPools, {{"one", kOnePool}, {"two", kTwoPools}}},
    {"releaseWhileBound", &World::releaseWhileBound, {kSuccess, kInvalid, kAccess}},
    {"releaseThroughOther", &World::releaseThroughOther, {kSuccess, kInvalid, kAccess}},
    {"overlappedCall",
     &World::overlappedCall,
     {{"pending-complete", kPendingComplete}, {"at-once", kAtOnce}, {"pending-later", kPendingLater}}},
    {"bytesReturned", &World::bytesReturned, {{"0", 0}, {"8", 8}, {"16", 16}}},
    {"wildcardPlace", &World::wildcardPlace, {{"dynamic-range", kInDynamicRange}, {"above-1023", kAbove1023}}},
    {"portOrder", &World::portOrder, {{"lowest", kLowestPort}, {"next", kNextPort}, {"random", kRandomPort}}},
    {"lookupUnelevated", &World::lookupUnelevated, {kSuccess, {"ERROR_ACCESS_DENIED", ERROR_ACCESS_DENIED}}},
    {"createOverExclusion",
     &World::createOverExclusion,
     {{"ERROR_SHARING_VIOLATION", ERROR_SHARING_VIOLATION}, kSuccess}},
    {"acquireOnBound", &World::acquireOnBound, {kSuccess, kInvalid}},
    {"secondAcquire", &World::secondAcquire, {kSuccess, kInvalid}},
};

template <typename Named, size_t kCount>
const Named* find(const Named (&all)[kCount], std::string_view name) {
  const auto* found = std::find_if(std::begin(all), std::end(all), [&](const Named& one) { return one.name == name; });
  return name.empty() || found == std::end(all) ? nullptr : found;
}

}  // namespace

bool readWorld(std::string_view text, World& world) {
  World read;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) return false;
    const Point* point = find(kPoints, part.substr(0, equals));
    const Answer* answer = point == nullptr ? nullptr : find(point->answers, part.substr(equals + 1));
    if (answer == nullptr) return false;
    read.*point->field = answer->value;
  }
  world = read;
  return true;
}

bool readWorldFromEnvironment(World& world) {
  const char* text = std::getenv("WINSOCK_SIMULATOR_WORLD");
  return readWorld(text == nullptr ? "" : text, world);
}

}  // namespace simulator
