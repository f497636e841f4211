import { deepStrictEqual, fail, strictEqual } from 'node:assert/strict'
import {
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  INET_PORT_RESERVATION_TOKEN,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import type { Protocol } from '../port-range.js'
import { SystemCallError } from '../system-call-error.js'
import type { Transport } from '../transport.js'
import type { AddressFamily, WinsockSocket } from '../winsock-socket.js'
import type { ConformanceMachine } from './conformance-target.js'

/** How a test makes its control calls. */
export type CallMode = 'blocking' | 'overlapped'

/** A granted reservation, in host order. */
export interface Granted {
  readonly startPort: number
  readonly count: number
  readonly token: bigint
}

/** What a test works with: the machine, this process' transport, and the three control codes in one line each. */
export class ConformanceContext {
  readonly machine: ConformanceMachine
  readonly mode: CallMode
  /** What the test saw, for the report: most of all where the reference only assumes. */
  readonly seen: string[]
  readonly #transports: Transport[] = []
  /** Sockets that hold what a test has: a backend may close those that nobody has any more. */
  readonly #kept: WinsockSocket[] = []

  constructor(machine: ConformanceMachine, mode: CallMode, seen: string[] = []) {
    this.machine = machine
    this.mode = mode
    this.seen = seen
  }

  async openTransport(options?: { readonly elevated?: boolean }): Promise<Transport> {
    const transport = await this.machine.openTransport(options)
    this.#transports.push(transport)
    return transport
  }

  /** Closes what the test opened. */
  async close(): Promise<void> {
    for (const transport of this.#transports) await transport.close()
    this.#kept.length = 0
  }

  /** After everything is closed: checks that the machine holds nothing of the test's. */
  checkLeftovers(): void {
    if (this.machine.leftovers === undefined) return
    deepStrictEqual(this.machine.leftovers(), { sockets: 0, reservations: 0 }, 'left over')
  }

  /** Notes what was seen, for the report. */
  observe(what: string): void {
    if (!this.seen.includes(what)) this.seen.push(what)
  }

  /** A part of the machine that goes with a feature that the test names. */
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

  /** A range that was free a moment ago: had as a wildcard and given back. */
  async findFreeRange(transport: Transport, protocol: Protocol, count: number): Promise<number> {
    using anchor = transport.openSocket({ protocol })
    const { startPort } = await this.acquire(anchor, 0, count)
    return startPort
  }

  /** Checks that a call fails with a system error of this name, and returns the error. */
  async fails(code: string, call: () => unknown): Promise<SystemCallError> {
    const error = await failure(call)
    if (!(error instanceof SystemCallError)) throw error
    this.observe(error.code)
    strictEqual(error.code, code, `${error.syscall} failed with ${error.code}, not with ${code}`)
    return error
  }
}

/** What a call throws or rejects with; an assertion failure if it does not. */
export async function failure(call: () => unknown): Promise<unknown> {
  let result: unknown
  try {
    result = await call()
  } catch (error) {
    return error
  }
  return fail(`should have failed, but returned ${typeof result === 'object' ? 'an object' : String(result)}`)
}

/** A call that a test awaits later: if the test fails before, that call's failure is nobody's. */
export function started<Result>(call: Promise<Result>): Promise<Result> {
  call.catch(() => {})
  return call
}

export function loopback(family: AddressFamily): string {
  return family === 'ipv4' ? '127.0.0.1' : '::1'
}

/** A range in host order as an INET_PORT_RANGE; start port 0 is a wildcard. */
export function encodeRange(startPort: number, count: number): Uint8Array {
  const bytes = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort: startPort, NumberOfPorts: count }, bytes)
  return bytes
}

/** A token as an INET_PORT_RESERVATION_TOKEN. */
export function encodeToken(token: bigint): Uint8Array {
  const bytes = new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
  INET_PORT_RESERVATION_TOKEN.encode({ Token: token }, bytes)
  return bytes
}
