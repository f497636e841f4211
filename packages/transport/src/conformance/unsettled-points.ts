import type { World } from '../backend/world.js'

export type UnsettledPoint = keyof World

/** For each unsettled point the number of its behaviour, and what the answer is an answer to. */
export const UNSETTLED_POINTS: {
  readonly [Point in UnsettledPoint]: { readonly number: number; readonly question: string }
} = {
  blockServed: { number: 18, question: 'a block gives out ports' },
  tokenServes: { number: 19, question: 'a token serves sockets of' },
  familyPools: { number: 19, question: 'pools of IPv4 and IPv6' },
  acquireOnBound: { number: 3, question: 'ACQUIRE on a bound socket' },
  secondAcquire: { number: 3, question: 'a second ACQUIRE on one socket' },
  releaseThroughOther: { number: 3, question: 'RELEASE through another socket of the process' },
  blockExhausted: { number: 4, question: 'bind with port 0 when the block is exhausted' },
  portOrder: { number: 4, question: 'the order in which port 0 takes the ports of a block' },
  blockPortInUse: { number: 5, question: 'bind to a port of the block that is in use' },
  portOutsideBlock: { number: 6, question: 'bind of an associated socket to a port outside the block' },
  rangeTaken: { number: 7, question: 'ACQUIRE of a range that is reserved, excluded or bound in part' },
  runtimePortRefused: { number: 9, question: 'bind without ASSOCIATE to a port of a runtime reservation' },
  persistentPortRefused: { number: 9, question: 'bind without ASSOCIATE to a port of a persistent reservation' },
  releaseWhileBound: { number: 11, question: 'RELEASE while sockets of the block are bound' },
  unknownToken: { number: 13, question: 'ASSOCIATE and RELEASE with a token that the kernel never returned' },
  foreignToken: { number: 13, question: "ASSOCIATE and RELEASE with another process' runtime token" },
  endedToken: { number: 13, question: 'ASSOCIATE and RELEASE with the token of a reservation that has ended' },
  boundSocketAssociated: { number: 13, question: 'ASSOCIATE on a bound socket' },
  bindAfterEnd: { number: 13, question: 'bind of an associated socket after its reservation has ended' },
  wildcardPlace: { number: 15, question: 'wildcards lie in' },
  wildcardRefused: { number: 15, question: 'ACQUIRE of a wildcard that no free range satisfies' },
  overlappedCall: { number: 16, question: 'an overlapped control call ends' },
  bytesReturned: { number: 17, question: 'bytesReturned of ASSOCIATE and RELEASE' },
  createOverExclusion: { number: 20, question: 'Create over an administered exclusion' },
  lookupUnelevated: { number: 21, question: 'Lookup without elevation' },
}
