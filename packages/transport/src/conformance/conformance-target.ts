import type { World } from '../backend/world.js'
import type { Protocol } from '../port-range.js'
import type { Transport } from '../transport.js'
import type { AddressFamily, WinsockSocket } from '../winsock-socket.js'

/** What a machine under test can show. A test runs where all the features that it needs are present. */
export type ConformanceFeature =
  /** The three control codes work (Windows Vista and later). Elsewhere they must report `WSAEOPNOTSUPP`. */
  | 'runtime-reservations'
  /** The six persistent functions exist, and `openTransport({ elevated: true })` may use them. */
  | 'persistent-reservations'
  /** The six persistent functions exist, but this process is not elevated and may not use them. */
  | 'unelevated'
  /** `openTransport({ elevated: false })` opens a transport that is really not elevated. */
  | 'elevation'
  /** `openProcess` opens another process on the same machine. */
  | 'other-process'
  /** `openOtherSocket` opens a socket that is neither TCP nor UDP. */
  | 'other-socket'
  /** `addExclusion` adds an administered exclusion (netsh int ipv4 add excludedportrange). */
  | 'exclusions'
  /** `failNext` makes the next control call fail. */
  | 'faults'
  /** `holdNext` keeps the next overlapped control call pending. */
  | 'pending-calls'
  /** IPv6 sockets can be opened, and bound to `'::1'`. */
  | 'ipv6'
  /** The transport has a `socketTable`, and the system lists its sockets there. */
  | 'socket-table'
  /** `reboot` restarts the machine. */
  | 'reboot'
  /**
   * The ports are those of a POSIX kernel, not of Windows: each reserved one takes a file descriptor, so that a process cannot
   * reserve all of them, and a port that another socket has is refused with `WSAEADDRINUSE`.
   */
  | 'posix-ports'
  /** `leftovers` counts what this machine still holds. */
  | 'leftovers'

/** Something to run the suite against: a backend, on a machine. */
export interface ConformanceTarget {
  readonly name: string
  readonly features: ReadonlySet<ConformanceFeature>
  /**
   * How this machine answers where no document settles it: the suite asserts exactly these answers. Without it, as on a
   * real system, the suite accepts every answer of WORLD_ANSWERS and reports which one it saw.
   */
  readonly world?: World
  /** After this time a test has failed, in milliseconds. Defaults to 120000. */
  readonly timeLimit?: number
  /** Called once for each test and mode. */
  openMachine(): ConformanceMachine | Promise<ConformanceMachine>
}

/** Which other process a test needs. */
export interface SecondProcessOptions {
  /** Defaults to false. */
  readonly elevated?: boolean
  /** It must start now. Otherwise it may have served an earlier test, if it holds nothing. Defaults to false. */
  readonly isNew?: boolean
}

/** A machine in the state that a test expects: it holds no reservation of an earlier test. */
export interface ConformanceMachine extends AsyncDisposable {
  /** Windows' build number, such as 26100. */
  readonly windowsBuild: number
  /** The range of ephemeral ports, 49152 to 65535 by default. */
  readonly dynamicRange: { readonly startPort: number; readonly count: number }

  /** Opens this process' transport. The suite closes it. `elevated` defaults to true. */
  openTransport(options?: { readonly elevated?: boolean }): Transport | Promise<Transport>

  // Each of the others goes with the feature that describes it.
  openProcess?(options?: SecondProcessOptions): ConformanceProcess | Promise<ConformanceProcess>
  openOtherSocket?(transport: Transport): WinsockSocket
  addExclusion?(protocol: Protocol, startPort: number, count: number): void | Promise<void>
  failNext?(controlCode: number, errno: number): void
  holdNext?(controlCode: number): HeldCall
  reboot?(): void | Promise<void>
  leftovers?(): Leftovers
}

/** What must be zero when a test is over. */
export interface Leftovers {
  readonly sockets: number
  readonly reservations: number
}

/** An overlapped call that stays pending until `complete` is called. */
export interface HeldCall {
  /** Resolves when the call is pending. */
  readonly pending: Promise<void>
  /** Lets the kernel carry out the request. */
  complete(): void
}

/**
 * Another process on the same machine. Each method rejects with the error of the call that failed. Its sockets are of the family
 * `'ipv4'` by default, and are bound to the loopback address.
 */
export interface ConformanceProcess extends AsyncDisposable {
  /** Acquires a reservation on a new socket and keeps the socket open; resolves to the token. */
  acquire(protocol: Protocol, startPort: number, count: number, family?: AddressFamily): Promise<bigint>
  /** Releases a reservation through a new socket. */
  release(protocol: Protocol, token: bigint): Promise<void>
  /** Associates a new socket if a token is given, binds it and keeps it open; resolves to the port. */
  bind(protocol: Protocol, port: number, token?: bigint, family?: AddressFamily): Promise<number>
  /** Ends the process without any clean-up of its own. */
  kill(): Promise<void>
}
