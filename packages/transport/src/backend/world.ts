/**
 * How a Windows behaves where no document says it. Each field is one unsettled point; the number in its comment is that of
 * the behaviour in BEHAVIOURS.md. A backend that simulates Windows accepts a world and behaves exactly as it says.
 */
export interface World {
  /** 15: ACQUIRE of a wildcard that no free range satisfies. */
  readonly wildcardRefused: 'WSAENOBUFS' | 'WSAEADDRINUSE' | 'WSAEADDRNOTAVAIL' | 'WSAEACCES'
  /** 7, 8: ACQUIRE of a range that overlaps a reservation, an exclusion or a bound port. */
  readonly rangeTaken: 'WSAEADDRINUSE' | 'WSAEACCES'
  /** 4: bind with port 0 when every port of the block is in use. */
  readonly blockExhausted: 'WSAENOBUFS' | 'WSAEADDRINUSE' | 'WSAEACCES'
  /** 8: bind to a port of the block that is in use. */
  readonly blockPortInUse: 'WSAEADDRINUSE' | 'WSAEACCES'
  /** 6: bind of an associated socket to a port outside the block. */
  readonly portOutsideBlock: 'WSAEINVAL' | 'WSAEADDRNOTAVAIL' | 'WSAEACCES'
  /** 9: bind without ASSOCIATE to a port of a runtime reservation. */
  readonly runtimePortRefused: 'WSAEACCES' | 'WSAEADDRINUSE'
  /** 9: bind without ASSOCIATE to a port of a persistent reservation. */
  readonly persistentPortRefused: 'WSAEACCES' | 'WSAEADDRINUSE'
  /** 13: ASSOCIATE or RELEASE with a token that the kernel never returned. */
  readonly unknownToken: 'WSAEINVAL' | 'WSAEACCES' | 'WSAEADDRNOTAVAIL'
  /** 13: ASSOCIATE or RELEASE with the runtime token of another process. */
  readonly foreignToken: 'WSAEACCES' | 'WSAEINVAL' | 'WSAEADDRNOTAVAIL'
  /** 13: ASSOCIATE or RELEASE with the token of a reservation that has ended. */
  readonly endedToken: 'WSAEINVAL' | 'WSAEACCES' | 'WSAEADDRNOTAVAIL'
  /** 13: ASSOCIATE on a bound socket. `'ignored'`: it succeeds without effect. */
  readonly boundSocketAssociated: 'WSAEINVAL' | 'WSAEACCES' | 'ignored'
  /** 13: bind of an associated socket after its reservation has ended. */
  readonly bindAfterEnd: 'WSAEINVAL' | 'WSAEACCES' | 'WSAEADDRNOTAVAIL'
  /**
   * 18: when associated sockets can bind to ports of a block: at once; only after its anchor is associated with it; only
   * after its anchor is associated with it and bound, which takes a port of the block.
   */
  readonly blockServed: 'at-once' | 'anchor-associated' | 'anchor-bound'
  /**
   * 19: which sockets a token serves: those of both families, or those of the anchor's family alone. A dual-stack IPv6
   * anchor then serves dual-stack sockets, and IPv4 through them.
   */
  readonly tokenServes: 'both-families' | 'anchor-family'
  /** 19: whether IPv4 and IPv6 share one pool of ports. */
  readonly familyPools: 'one' | 'two'
  /** 11: RELEASE while sockets of the block are bound. Where it is refused, the reservation ends with its anchor. */
  readonly releaseWhileBound: 'success' | 'WSAEINVAL' | 'WSAEACCES'
  /** 3: RELEASE through another socket of the process that owns the reservation. */
  readonly releaseThroughOther: 'success' | 'WSAEINVAL' | 'WSAEACCES'
  /** 16: when an overlapped control call completes: pending, but complete when the call returns; at once; pending, later. */
  readonly overlappedCall: 'pending-complete' | 'at-once' | 'pending-later'
  /** 17: bytesReturned of a successful ASSOCIATE or RELEASE. */
  readonly bytesReturned: 0 | 8 | 16
  /** 15: where wildcards lie. */
  readonly wildcardPlace: 'dynamic-range' | 'above-1023'
  /** 4: the order in which port 0 takes the ports of a block: the lowest first; on from the last one taken; random. */
  readonly portOrder: 'lowest' | 'next' | 'random'
  /** 21: LookupPersistent...PortReservation without elevation. */
  readonly lookupUnelevated: 'success' | 'ERROR_ACCESS_DENIED'
  /** 20: CreatePersistent...PortReservation over an administered exclusion. */
  readonly createOverExclusion: 'ERROR_SHARING_VIOLATION' | 'success'
  /** 3: ACQUIRE on a bound socket. */
  readonly acquireOnBound: 'success' | 'WSAEINVAL'
  /** 3: a second ACQUIRE on one socket. */
  readonly secondAcquire: 'success' | 'WSAEINVAL'
}

/** Every answer of each point, the default first. */
export const WORLD_ANSWERS: { readonly [Point in keyof World]: readonly [World[Point], ...World[Point][]] } = {
  wildcardRefused: ['WSAENOBUFS', 'WSAEADDRINUSE', 'WSAEADDRNOTAVAIL', 'WSAEACCES'],
  rangeTaken: ['WSAEADDRINUSE', 'WSAEACCES'],
  blockExhausted: ['WSAENOBUFS', 'WSAEADDRINUSE', 'WSAEACCES'],
  blockPortInUse: ['WSAEADDRINUSE', 'WSAEACCES'],
  portOutsideBlock: ['WSAEINVAL', 'WSAEADDRNOTAVAIL', 'WSAEACCES'],
  runtimePortRefused: ['WSAEACCES', 'WSAEADDRINUSE'],
  persistentPortRefused: ['WSAEACCES', 'WSAEADDRINUSE'],
  unknownToken: ['WSAEINVAL', 'WSAEACCES', 'WSAEADDRNOTAVAIL'],
  foreignToken: ['WSAEACCES', 'WSAEINVAL', 'WSAEADDRNOTAVAIL'],
  endedToken: ['WSAEINVAL', 'WSAEACCES', 'WSAEADDRNOTAVAIL'],
  boundSocketAssociated: ['WSAEINVAL', 'WSAEACCES', 'ignored'],
  bindAfterEnd: ['WSAEINVAL', 'WSAEACCES', 'WSAEADDRNOTAVAIL'],
  blockServed: ['at-once', 'anchor-associated', 'anchor-bound'],
  tokenServes: ['both-families', 'anchor-family'],
  familyPools: ['one', 'two'],
  releaseWhileBound: ['success', 'WSAEINVAL', 'WSAEACCES'],
  releaseThroughOther: ['success', 'WSAEINVAL', 'WSAEACCES'],
  overlappedCall: ['pending-complete', 'at-once', 'pending-later'],
  bytesReturned: [0, 8, 16],
  wildcardPlace: ['dynamic-range', 'above-1023'],
  portOrder: ['lowest', 'next', 'random'],
  lookupUnelevated: ['success', 'ERROR_ACCESS_DENIED'],
  createOverExclusion: ['ERROR_SHARING_VIOLATION', 'success'],
  acquireOnBound: ['success', 'WSAEINVAL'],
  secondAcquire: ['success', 'WSAEINVAL'],
}

/** The world of the default answers. */
export const DEFAULT_WORLD: World = Object.fromEntries(
  Object.entries(WORLD_ANSWERS).map(([point, [answer]]) => [point, answer]),
) as { readonly [Point in keyof World]: World[Point] }
