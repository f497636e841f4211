import { deepStrictEqual, fail, ok } from 'node:assert/strict'
import {
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import { WORLD_ANSWERS, type World } from '../backend/world.js'
import type { Protocol } from '../port-range.js'
import { SystemCallError } from '../system-call-error.js'
import type { Transport } from '../transport.js'
import type { AddressFamily, WinsockSocket } from '../winsock-socket.js'
import type { ConformanceMachine } from './conformance-target.js'
import { encodeRange, encodeToken } from './encode-request.js'
import { answerOf, failure } from './failure.js'
import { loopback } from './loopback.js'
import type { Granted, ReservationCalls } from './reservation-calls.js'
import { type ServedBlock, type ServedBlockOptions, ServedBlocks } from './served-blocks.js'
import type { Answer, Observation } from './settled-answers.js'
import type { UnsettledPoint } from './unsettled-points.js'

/** How a test makes its control calls. */
export type CallMode = 'blocking' | 'overlapped'

/** The points whose every answer is an error. */
export type RefusalPoint = {
  [Point in UnsettledPoint]: World[Point] extends `WSAE${string}` ? Point : never
}[UnsettledPoint]

/** The points where a call succeeds on some systems and fails on others. */
export type TrialPoint = {
  [Point in UnsettledPoint]: 'success' extends World[Point] ? Point : never
}[UnsettledPoint]

export interface ConformanceContextOptions {
  readonly mode: CallMode
  /** The answers to assert. Without it every answer of WORLD_ANSWERS is accepted. */
  readonly world?: World | undefined
  /** The points whose answers are reported. */
  readonly observe?: readonly UnsettledPoint[] | undefined
  /** What the tests of one run know of how blocks are served. */
  readonly blocks?: ServedBlocks
}

/** What a test works with: the machine, this process' transports, the three control codes, and the checks. */
export class ConformanceContext implements ReservationCalls {
  readonly machine: ConformanceMachine
  readonly mode: CallMode
  readonly world: World | undefined
  /** What the test saw and the report shows, in order and without repetition. */
  readonly seen: string[] = []
  readonly observations: Observation[] = []
  readonly #observe: ReadonlySet<UnsettledPoint>
  readonly #blocks: ServedBlocks
  readonly #transports: Transport[] = []
  /** Keeps sockets reachable: a backend may close those that are garbage-collected. */
  readonly #kept: WinsockSocket[] = []

  constructor(
    machine: ConformanceMachine,
    { mode, world, observe = [], blocks = new ServedBlocks() }: ConformanceContextOptions,
  ) {
    this.machine = machine
    this.mode = mode
    this.world = world
    this.#observe = new Set(observe)
    this.#blocks = blocks
  }

  async openTransport(options?: { readonly elevated?: boolean }): Promise<Transport> {
    const transport = await this.machine.openTransport(options)
    this.#transports.push(transport)
    return transport
  }

  /** Closes every transport that the test opened. */
  async close(): Promise<void> {
    for (const transport of this.#transports) await transport.close()
    this.#kept.length = 0
  }

  /** Checks, after everything is closed, that the machine holds nothing that the test opened. */
  checkLeftovers(): void {
    if (this.machine.leftovers === undefined) return
    deepStrictEqual(this.machine.leftovers(), { sockets: 0, reservations: 0 }, 'left over')
  }

  /** Adds a line to the report. */
  note(what: string): void {
    if (!this.seen.includes(what)) this.seen.push(what)
  }

  /** A part of the machine that goes with a feature that the test needs. */
  need<Name extends keyof ConformanceMachine>(name: Name): NonNullable<ConformanceMachine[Name]> {
    const part = this.machine[name]
    if (part === undefined || part === null)
      fail(`the manifest lists a feature, but the machine has no ${String(name)}()`)
    return part
  }

  async ioctl(
    socket: WinsockSocket,
    code: number,
    input: Uint8Array | null,
    output: Uint8Array | null,
  ): Promise<number> {
    return this.mode === 'blocking' ? socket.ioctl(code, input, output) : await socket.ioctlAsync(code, input, output)
  }

  /** ACQUIRE; start port 0 is a wildcard. */
  async acquire(socket: WinsockSocket, startPort: number, count: number): Promise<Granted> {
    this.#kept.push(socket)
    const input = encodeRange(startPort, count)
    const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
    await this.ioctl(socket, SIO_ACQUIRE_PORT_RESERVATION, input, output)
    const { StartPort, NumberOfPorts, Token } = INET_PORT_RESERVATION_INSTANCE.decode(output)
    return { startPort: StartPort, count: NumberOfPorts, token: Token }
  }

  async associate(socket: WinsockSocket, token: bigint): Promise<number> {
    return await this.ioctl(socket, SIO_ASSOCIATE_PORT_RESERVATION, encodeToken(token), null)
  }

  async release(socket: WinsockSocket, token: bigint): Promise<number> {
    return await this.ioctl(socket, SIO_RELEASE_PORT_RESERVATION, encodeToken(token), null)
  }

  /**
   * Acquires a block and prepares its anchor so that the block gives out ports: as the world says, or on a system whose
   * world is unknown as the first block of this protocol and family needed it.
   */
  async serve(
    transport: Transport,
    protocol: Protocol,
    count: number,
    options?: ServedBlockOptions,
  ): Promise<ServedBlock> {
    return await this.#blocks.open(this, transport, protocol, count, options)
  }

  /** Ends a reservation: by RELEASE, or by closing the anchor where RELEASE is refused because sockets are bound. */
  async end(anchor: WinsockSocket, token: bigint): Promise<void> {
    const answer = await this.tries('releaseWhileBound', () => this.release(anchor, token))
    if (answer !== 'success') anchor.close()
  }

  /** Opens a socket, associates it and binds it; returns it with its port. */
  async bindFrom(
    transport: Transport,
    protocol: Protocol,
    token: bigint,
    port = 0,
    family: AddressFamily = 'ipv4',
  ): Promise<{ socket: WinsockSocket; port: number }> {
    const socket = transport.openSocket({ protocol, family })
    this.#kept.push(socket)
    await this.associate(socket, token)
    socket.bind({ address: loopback(family), port })
    return { socket, port: socket.localAddress().port }
  }

  /** The start of a range that was free a moment ago: it was acquired as a wildcard and released. */
  async findFreeRange(transport: Transport, protocol: Protocol, count: number): Promise<number> {
    using anchor = transport.openSocket({ protocol })
    const { startPort } = await this.acquire(anchor, 0, count)
    return startPort
  }

  /** Checks that a call fails with a system error of this name, or one of these, and returns the error. */
  async fails(codes: string | readonly string[], call: () => unknown): Promise<SystemCallError> {
    const error = await systemFailure(call)
    this.note(error.code)
    const expected = [codes].flat()
    ok(expected.includes(error.code), `${error.syscall} failed with ${error.code}; expected ${expected.join(' or ')}`)
    return error
  }

  /** Checks that a call fails with an answer to this point, and returns the error. */
  async refuses(point: RefusalPoint, call: () => unknown): Promise<SystemCallError> {
    const error = await systemFailure(call)
    this.note(error.code)
    this.expect(point, error.code)
    return error
  }

  /** Makes a call that some systems refuse. @returns 'success', or the name of the error, as the point lists them */
  async tries(point: TrialPoint, call: () => unknown): Promise<string> {
    const answer = await answerOf(call)
    this.note(answer)
    this.expect(point, answer)
    return answer
  }

  /**
   * Checks an answer to an unsettled point: it must be that of the target's world, or, where the world is unknown, one
   * that WORLD_ANSWERS lists. The report shows it if the test observes the point.
   */
  expect(point: UnsettledPoint, seen: string | number): void {
    const answers: readonly Answer[] = WORLD_ANSWERS[point]
    const known = answers.find((answer) => answer === seen)
    if (known !== undefined && this.#observe.has(point)) {
      if (!this.observations.some((other) => other.point === point && other.seen === known)) {
        this.observations.push({ point, seen: known })
      }
    }
    const accepted = this.world === undefined ? answers : [this.world[point]]
    ok(
      known !== undefined && accepted.includes(known),
      `${point} is answered with ${seen}; expected ${accepted.join(' or ')}`,
    )
  }
}

async function systemFailure(call: () => unknown): Promise<SystemCallError> {
  const error = await failure(call)
  if (!(error instanceof SystemCallError)) throw error
  return error
}
