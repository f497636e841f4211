#pragma once

#include <cstdint>
#include <string_view>

#include "abi/winsock-errors.h"

namespace simulator {

enum BlockServed : int32_t { kServedAtOnce, kServedAnchorAssociated, kServedAnchorBound };
enum TokenServes : int32_t { kServesBothFamilies, kServesAnchorFamily };
enum FamilyPools : int32_t { kOnePool, kTwoPools };
enum OverlappedCall : int32_t { kPendingComplete, kAtOnce, kPendingLater };
enum WildcardPlace : int32_t { kInDynamicRange, kAbove1023 };
enum PortOrder : int32_t { kLowestPort, kNextPort, kRandomPort };

// How this Windows answers where no document settles it: `World` of @winport/transport, with its names, answers and defaults. A field
// that may be an error holds its number, 0 for success. Lives in shared memory.
struct World {
  int32_t wildcardRefused = WSAENOBUFS;
  int32_t rangeTaken = WSAEADDRINUSE;
  int32_t blockExhausted = WSAENOBUFS;
  int32_t blockPortInUse = WSAEADDRINUSE;
  int32_t portOutsideBlock = WSAEINVAL;
  int32_t runtimePortRefused = WSAEACCES;
  int32_t persistentPortRefused = WSAEACCES;
  int32_t unknownToken = WSAEINVAL;
  int32_t foreignToken = WSAEACCES;
  int32_t endedToken = WSAEINVAL;
  int32_t boundSocketAssociated = WSAEINVAL;
  int32_t bindAfterEnd = WSAEINVAL;
  int32_t blockServed = kServedAtOnce;
  int32_t tokenServes = kServesBothFamilies;
  int32_t familyPools = kOnePool;
  int32_t releaseWhileBound = 0;
  int32_t releaseThroughOther = 0;
  int32_t overlappedCall = kPendingComplete;
  int32_t bytesReturned = 0;
  int32_t wildcardPlace = kInDynamicRange;
  int32_t portOrder = kLowestPort;
  int32_t lookupUnelevated = 0;
  int32_t createOverExclusion = ERROR_SHARING_VIOLATION;
  int32_t acquireOnBound = 0;
  int32_t secondAcquire = 0;
};

// Reads `point=answer,point=answer`. Points that are not named keep the default. Returns false, and leaves `world` as it is, if a
// point or an answer does not exist.
bool readWorld(std::string_view text, World& world);

// Reads the variable WINSOCK_SIMULATOR_WORLD; the defaults if it is not set.
bool readWorldFromEnvironment(World& world);

}  // namespace simulator
