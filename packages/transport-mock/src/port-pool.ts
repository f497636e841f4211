import { isIPv6 } from 'node:net'
import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_FOUND,
  ERROR_SHARING_VIOLATION,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEADDRNOTAVAIL,
  WSAEINVAL,
} from '@winport/definitions'
import { type BindMode, DEFAULT_BIND_MODE } from '@winport/transport/backend'
import { FreeRuns } from './free-runs.js'
import type { TokenSequence } from './token-sequence.js'

/** A block of ports that is held. */
export interface Reservation {
  readonly startPort: number
  readonly count: number
  /** Changes at a reboot if the reservation is persistent. */
  token: bigint
  /** The process that a runtime reservation belongs to; persistent reservations belong to none. */
  readonly pid: number | undefined
  /** False once it is released. */
  held: boolean
  /** Where the search for the next port that the kernel chooses begins. */
  nextPort: number
}

/** A port that a socket is bound to. */
export interface Binding extends BindMode {
  readonly address: string
  readonly port: number
}

export interface DynamicRange {
  readonly startPort: number
  readonly count: number
}

export interface PortPoolOptions {
  readonly dynamicRange: DynamicRange
  /** The machine's: no two reservations have one token. */
  readonly tokens: TokenSequence
  /** Tells whether a port is free outside the simulation. Absent: nobody asks. */
  readonly isHostPortFree?: ((port: number) => boolean) | undefined
}

const LAST_PORT = 65_535

/**
 * The ports of one protocol: who has reserved them, and which are bound. Methods that the kernel may refuse return the
 * error number in place of a result. Everything that the reference only assumes about the kernel's answers is here.
 */
export class PortPool {
  readonly #free = new FreeRuns()
  readonly #reservationAt = new Uint16Array(LAST_PORT + 1)
  readonly #slots: (Reservation | undefined)[] = [undefined]
  readonly #emptySlots: number[] = []
  readonly #bindings = new Map<number, Binding[]>()
  readonly #exclusions: DynamicRange[] = []
  readonly #dynamicRange: DynamicRange
  readonly #tokens: TokenSequence
  readonly #isHostPortFree: ((port: number) => boolean) | undefined
  #nextEphemeral: number

  constructor({ dynamicRange, tokens, isHostPortFree }: PortPoolOptions) {
    this.#dynamicRange = dynamicRange
    this.#tokens = tokens
    this.#isHostPortFree = isHostPortFree
    this.#nextEphemeral = isHostPortFree === undefined ? dynamicRange.startPort : this.#somewhere()
    this.#free.set(0, 1, false)
  }

  /** Reserves a range for a process; start port 0 is a wildcard. */
  acquire(pid: number, startPort: number, count: number): Reservation | number {
    if (count === 0 || startPort + count - 1 > LAST_PORT) return WSAEINVAL
    if (startPort !== 0) return this.#areFree(startPort, count) ? this.#reserve(pid, startPort, count) : WSAEADDRINUSE
    const start = this.#findWildcard(count)
    return start < 0 ? WSAEADDRINUSE : this.#reserve(pid, start, count)
  }

  /** Reserves a range for nobody in particular, until it is deleted. */
  createPersistent(startPort: number, count: number): Reservation | number {
    if (startPort === 0 || count === 0 || startPort + count - 1 > LAST_PORT) return ERROR_INVALID_PARAMETER
    if (!this.#areFree(startPort, count)) return ERROR_SHARING_VIOLATION
    return this.#reserve(undefined, startPort, count)
  }

  /** Finds the persistent reservation of exactly this range. */
  findPersistent(startPort: number, count: number): Reservation | number {
    if (startPort === 0 || count === 0) return ERROR_INVALID_PARAMETER
    const reservation = this.#slots[this.#reservationAt[startPort] ?? 0]
    const exact = reservation?.startPort === startPort && reservation.count === count
    return exact && reservation.pid === undefined ? reservation : ERROR_NOT_FOUND
  }

  findToken(token: bigint): Reservation | undefined {
    const reservation = this.#slots[this.#tokens.slotOf(token)]
    return reservation?.token === token ? reservation : undefined
  }

  /** Ends a reservation: bound ports stay bound, the rest return to the pool. */
  release(reservation: Reservation): void {
    const { startPort, count } = reservation
    const slot = this.#reservationAt[startPort] ?? 0
    this.#slots[slot] = undefined
    this.#emptySlots.push(slot)
    this.#reservationAt.fill(0, startPort, startPort + count)
    reservation.held = false
    this.#free.set(startPort, count, true)
    if (this.#bindings.size > 0 || this.#exclusions.length > 0) this.#retakeUsed(startPort, count)
  }

  /** Binds a port, out of the reservation if there is one; port 0 lets the kernel choose. */
  bind(
    address: string,
    port: number,
    reservation: Reservation | undefined,
    { reuseAddr, ipv6Only }: BindMode = DEFAULT_BIND_MODE,
  ): Binding | number {
    if (port === 0) {
      const chosen = reservation === undefined ? this.#findEphemeral() : this.#findInside(reservation)
      return chosen < 0 ? WSAEADDRINUSE : this.#addBinding({ address, port: chosen, reuseAddr, ipv6Only })
    }
    if (reservation === undefined) {
      if (this.#reservationAt[port] !== 0) return WSAEACCES
    } else if (!reservation.held || !contains(reservation, port)) {
      return WSAEADDRNOTAVAIL
    }
    const binding = { address, port, reuseAddr, ipv6Only }
    const others = this.#bindings.get(port)
    if (others?.some((other) => conflict(binding, other))) return reuseAddr ? WSAEACCES : WSAEADDRINUSE
    if (others === undefined && this.#isHostPortFree?.(port) === false) return WSAEADDRINUSE
    return this.#addBinding(binding)
  }

  unbind(binding: Binding): void {
    const { port } = binding
    const rest = this.#bindings.get(port)?.filter((other) => other !== binding) ?? []
    if (rest.length > 0) {
      this.#bindings.set(port, rest)
      return
    }
    this.#bindings.delete(port)
    if (this.#reservationAt[port] === 0 && !this.#isExcluded(port)) this.#free.set(port, 1, true)
  }

  /** Excludes a range: it cannot be reserved and is not given out, but may be bound by number. */
  exclude(startPort: number, count: number): void {
    this.#exclusions.push({ startPort, count })
    this.#free.set(startPort, count, false)
  }

  /** Forgets runtime reservations and bound ports; persistent reservations stay, with new tokens. */
  reboot(): void {
    for (const bindings of [...this.#bindings.values()]) for (const binding of bindings) this.unbind(binding)
    for (const reservation of this.reservations()) {
      if (reservation.pid !== undefined) {
        this.release(reservation)
        continue
      }
      reservation.token = this.#tokens.next(this.#reservationAt[reservation.startPort] ?? 0)
      reservation.nextPort = reservation.startPort
    }
  }

  reservations(): readonly Reservation[] {
    return this.#slots.filter((reservation) => reservation !== undefined)
  }

  exclusions(): readonly DynamicRange[] {
    return this.#exclusions
  }

  isBound(port: number): boolean {
    return this.#bindings.has(port)
  }

  #reserve(pid: number | undefined, startPort: number, count: number): Reservation {
    const slot = this.#emptySlots.pop() ?? this.#slots.length
    const reservation = { startPort, count, token: this.#tokens.next(slot), pid, held: true, nextPort: startPort }
    this.#slots[slot] = reservation
    this.#reservationAt.fill(slot, startPort, startPort + count)
    this.#free.set(startPort, count, false)
    return reservation
  }

  #areFree(startPort: number, count: number): boolean {
    return this.#free.areFree(startPort, count) && this.#busyHostPort(startPort, count) < 0
  }

  /** The lowest run of the dynamic range; where host ports count, one from a random place on. */
  #findWildcard(count: number): number {
    const { startPort, count: size } = this.#dynamicRange
    const end = startPort + size
    if (this.#isHostPortFree === undefined) return this.#free.find(count, startPort, end)
    const middle = this.#somewhere()
    const upper = this.#findHostFree(count, middle, end)
    return upper >= 0 ? upper : this.#findHostFree(count, startPort, Math.min(middle + count, end))
  }

  /** A random port of the dynamic range: other processes of the host look for ports too. */
  #somewhere(): number {
    const { startPort, count } = this.#dynamicRange
    return startPort + Math.floor(Math.random() * count)
  }

  #findHostFree(count: number, from: number, to: number): number {
    for (let start = this.#free.find(count, from, to); start >= 0; ) {
      const busy = this.#busyHostPort(start, count)
      if (busy < 0) return start
      start = this.#free.find(count, busy + 1, to)
    }
    return -1
  }

  /** The last port of a range that is taken outside the simulation; -1 if none is, or nobody asks. */
  #busyHostPort(startPort: number, count: number): number {
    if (this.#isHostPortFree === undefined) return -1
    for (let port = startPort + count - 1; port >= startPort; port--) {
      if (!this.#isHostPortFree(port)) return port
    }
    return -1
  }

  #findEphemeral(): number {
    const { startPort, count } = this.#dynamicRange
    const end = startPort + count
    let port = this.#findHostFree(1, this.#nextEphemeral, end)
    if (port < 0) port = this.#findHostFree(1, startPort, this.#nextEphemeral)
    if (port >= 0) this.#nextEphemeral = port + 1 < end ? port + 1 : startPort
    return port
  }

  /** The next port of a reservation that nobody has bound, going round, so that a port rests after its use. */
  #findInside(reservation: Reservation): number {
    if (!reservation.held) return -1
    const { startPort, count, nextPort } = reservation
    for (let i = 0; i < count; i++) {
      const port = startPort + ((nextPort - startPort + i) % count)
      if (this.#bindings.has(port) || this.#isHostPortFree?.(port) === false) continue
      reservation.nextPort = startPort + ((port - startPort + 1) % count)
      return port
    }
    return -1
  }

  #addBinding(binding: Binding): Binding {
    const { port } = binding
    const others = this.#bindings.get(port)
    if (others === undefined) this.#bindings.set(port, [binding])
    else others.push(binding)
    this.#free.set(port, 1, false)
    return binding
  }

  /** After a range was set free: takes back what is still bound or excluded. */
  #retakeUsed(startPort: number, count: number): void {
    for (let port = startPort; port < startPort + count; port++) {
      if (this.#bindings.has(port) || this.#isExcluded(port)) this.#free.set(port, 1, false)
    }
  }

  #isExcluded(port: number): boolean {
    return this.#exclusions.some((exclusion) => contains(exclusion, port))
  }
}

function contains({ startPort, count }: DynamicRange, port: number): boolean {
  return port >= startPort && port < startPort + count
}

/** Two sockets share a port on addresses apart from each other, or when both asked for it. */
function conflict(one: Binding, other: Binding): boolean {
  return overlap(one, other) && !(one.reuseAddr && other.reuseAddr)
}

/**
 * A wildcard address stands for the whole port of its family, '::' for that of both unless it is kept to IPv6. Windows
 * lets one user bind 127.0.0.1 beside 0.0.0.0 (documented), POSIX machines do not, and the servers here are theirs.
 */
function overlap(one: Binding, other: Binding): boolean {
  if (isIPv6(one.address) !== isIPv6(other.address)) return takesBoth(one) || takesBoth(other)
  return one.address === other.address || isAnyAddress(one.address) || isAnyAddress(other.address)
}

function takesBoth({ address, ipv6Only }: Binding): boolean {
  return address === '::' && !ipv6Only
}

function isAnyAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}
