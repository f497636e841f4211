import type { Protocol } from '@winport/transport'
import type { PortSpan } from './port-span.js'

/**
 * Why a port can or cannot be bound. This is also the output of `winport why --json`. Later versions of schema 1 only add
 * names. A value that is not known is null.
 */
export interface PortExplanation {
  readonly schema: 1
  readonly platform: NodeJS.Platform
  readonly protocol: Protocol
  readonly port: number
  /** The address that the verdict is about. */
  readonly host: string
  /** `free`: the port can be bound at the host. `unknown`: the attempt to bind failed for a reason that is not the port. */
  readonly verdict: 'free' | 'refused' | 'unknown'
  /** Likeliest first. A free port can have causes too: they hold at other addresses, or for reservations. */
  readonly causes: readonly Cause[]
  /** The attempts. The first is the bind at the host. */
  readonly probes: readonly Probe[]
  readonly holders: readonly Holder[]
  /** The ranges that contain the port, in the order of their start. */
  readonly ranges: readonly ExplainedRange[]
  /** The ports that the system gives to programs that do not choose one. */
  readonly dynamicRange: PortSpan | null
  /** The next port that can be bound at the host. Null if the port itself is free, or if none was found. */
  readonly nextFree: number | null
  readonly remedies: readonly Remedy[]
  /** What could not be found out, and why. */
  readonly unknown: Readonly<Record<string, string>>
}

/** `shown`: the system says so. `inferred`: it follows from what the system says, if nothing unusual happens. */
export type Certainty = 'shown' | 'inferred'

export type CauseKind =
  | 'process'
  | 'other-user'
  | 'outgoing-connection'
  | 'http-sys'
  | 'kernel-reservation'
  | 'administered-exclusion'
  | 'bound-only'
  | 'own-reservation'
  | 'privileged-port'
  | 'other-family'
  | 'address-unavailable'
  | 'unexplained'

export interface Cause {
  readonly kind: CauseKind
  readonly certainty: Certainty
  /** One or more sentences in English. */
  readonly text: string
}

/** An attempt to bind the port, or to reserve it. */
export interface Probe {
  readonly how: 'bind' | 'reserve'
  /** Null for a reservation, which has no address. */
  readonly address: string | null
  /** `'ok'`, or the code of the error: Node's of a bind, Winsock's of a reservation. */
  readonly result: string
}

/** A socket that has the port. */
export interface Holder {
  readonly pid: number | null
  /** The path of the program, or its name if the path is not known. */
  readonly image: string | null
  readonly user: string | null
  readonly services: readonly string[] | null
  readonly address: string
  /** The state of a TCP socket, such as `LISTEN` or `TIME_WAIT`; `BOUND` for UDP. */
  readonly state: string
  /** When the socket was opened, in ISO 8601. Linux does not record it. */
  readonly since: string | null
  /** When the process was started, in ISO 8601. */
  readonly started: string | null
  /** The other end of a connection, `address:port`. */
  readonly remote: string | null
}

export type RangeKind = 'reserved' | 'administered' | 'http-sys' | 'in-use' | 'own' | 'dynamic'

export interface ExplainedRange extends PortSpan {
  readonly kind: RangeKind
  readonly certainty: Certainty
}

/** What a person can do. */
export interface Remedy {
  /** What helps, and what it costs. */
  readonly text: string
  readonly command: string | null
  /** Whether the command needs an elevated prompt, or root. */
  readonly elevated: boolean
}
