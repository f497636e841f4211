import { UNSUPPORTED_ERRORS } from '@winport/definitions'
import type { SystemCallFailure } from '@winport/transport/backend'

/** What the system was asked to do when it refused. */
export type Operation =
  /** ACQUIRE of a given range. */
  | 'acquire-range'
  /** ACQUIRE of a range that the kernel chooses. */
  | 'acquire-wildcard'
  | 'associate'
  /** bind of an associated socket to port 0. */
  | 'bind-any-port'
  /** bind of an associated socket to a given port of the block. */
  | 'bind-given-port'
  | 'persistent-create'
  | 'persistent-lookup'
  | 'persistent-delete'

/** What a refusal means. */
export type Refusal =
  /** The ports are bound, reserved or excluded: others may be free. */
  | 'taken'
  /** Every port of the block is in use. */
  | 'exhausted'
  /** The system does not know the reservation. */
  | 'gone'
  /** Either of two reasons, which a lookup tells apart: the process is not elevated, or the reservation is gone. */
  | 'gone-or-not-elevated'
  | 'not-elevated'
  | 'unsupported'

/**
 * What each error means for each operation. Numbers are those of BEHAVIOURS.md. An error that is not listed has no meaning
 * of its own here: the caller gets it with Node's code for it.
 */
const REFUSALS: Readonly<Record<Operation, Readonly<Record<string, Refusal>>>> = {
  'acquire-range': {
    WSAEADDRINUSE: 'taken', // 7, 8: observed for exclusions, reservations and bound ports
    WSAEACCES: 'taken', // 7: what bind answers for the same ports
    WSAEADDRNOTAVAIL: 'taken', // 15: possible for a wildcard, so expected for a range as well
    WSAENOBUFS: 'taken', // 15: likewise; can also mean no memory
  },
  'acquire-wildcard': {
    WSAENOBUFS: 'taken', // 15: what Windows answers when ephemeral ports run out; can also mean no memory
    WSAEADDRINUSE: 'taken', // 15
    WSAEADDRNOTAVAIL: 'taken', // 15
    WSAEACCES: 'taken', // 15
  },
  associate: {
    WSAEINVAL: 'gone', // 13: an unknown token
    WSAEADDRNOTAVAIL: 'gone', // 13
    WSAEACCES: 'gone-or-not-elevated', // 13, 14: also the answer for a persistent token without elevation
  },
  'bind-any-port': {
    WSAENOBUFS: 'exhausted', // 4: what Windows answers when ephemeral ports run out; can also mean no memory
    WSAEADDRINUSE: 'exhausted', // 4
    WSAEACCES: 'exhausted', // 4
  },
  'bind-given-port': {
    WSAEADDRINUSE: 'taken', // 8
    WSAEACCES: 'taken', // 8: also the answer if only one of two sockets asks for SO_REUSEADDR
  },
  'persistent-create': {
    ERROR_SHARING_VIOLATION: 'taken', // 20
    ERROR_ACCESS_DENIED: 'not-elevated', // 20
  },
  'persistent-lookup': {
    ERROR_NOT_FOUND: 'gone', // 21
    ERROR_ACCESS_DENIED: 'not-elevated', // 21: not documented for a lookup, but not excluded
  },
  'persistent-delete': {
    ERROR_NOT_FOUND: 'gone', // 21
    ERROR_ACCESS_DENIED: 'not-elevated', // 21
  },
}

/** What a bind answers if the reservation ended after ASSOCIATE (13). They can mean something else as well. */
const MAY_MEAN_ENDED: ReadonlySet<string> = new Set(['WSAEINVAL', 'WSAEACCES', 'WSAEADDRNOTAVAIL'])

/**
 * What ASSOCIATE or bind answers if the block is not served to this socket (18, 19): as if the token were unknown, the
 * block exhausted, or the port reserved for others.
 */
const MAY_MEAN_UNSERVED: ReadonlySet<string> = new Set([
  'WSAEINVAL',
  'WSAEACCES',
  'WSAEADDRNOTAVAIL',
  'WSAENOBUFS',
  'WSAEADDRINUSE',
])

/** What an operation answers for a socket of a family that the machine lacks: Winsock's, and Node's own. */
const NO_SUCH_FAMILY: ReadonlySet<unknown> = new Set(['WSAEAFNOSUPPORT', 'EAFNOSUPPORT'])

/** @returns undefined if the error has no meaning of its own for this operation */
export function meaningOf({ code }: SystemCallFailure, operation: Operation): Refusal | undefined {
  return UNSUPPORTED_ERRORS.has(code) ? 'unsupported' : REFUSALS[operation][code]
}

export function mayMeanEnded({ code }: SystemCallFailure): boolean {
  return MAY_MEAN_ENDED.has(code)
}

export function mayMeanUnserved({ code }: SystemCallFailure): boolean {
  return MAY_MEAN_UNSERVED.has(code)
}

export function meansNoSuchFamily(code: unknown): boolean {
  return NO_SUCH_FAMILY.has(code)
}

/** Whether ACQUIRE may have failed because the socket was used for another before. No document says whether it may be. */
export function meansUsedSocket(code: unknown): boolean {
  return code === 'WSAEINVAL'
}

/** What else an error can mean, as a sentence that follows an explanation; empty if nothing. */
export function otherMeaning(code: string): string {
  switch (code) {
    case 'WSAENOBUFS':
      return ' WSAENOBUFS can also mean that the system is out of memory.'
    case 'WSAEACCES':
      return ' WSAEACCES can also mean that the system does not allow it.'
    default:
      return ''
  }
}
