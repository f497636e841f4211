import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_FOUND,
  ERROR_SHARING_VIOLATION,
  LAST_PORT,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEINVAL,
} from '@winport/definitions'
import type { AddressFamily } from '@winport/transport'
import { type BindMode, DEFAULT_BIND_MODE, type World } from '@winport/transport/backend'
import { BOTH, type Families, FreePorts, IPV4, IPV6 } from './free-ports.js'
import { finish, type HostPorts, type Search } from './host-ports.js'
import type { ErrorNumbers } from './kernel-world.js'
import type { TokenSequence } from './token-sequence.js'

/** A reserved block of ports. */
export interface Reservation {
  readonly startPort: number
  readonly count: number
  /** Changes at a reboot if the reservation is persistent. */
  token: bigint
  /** The process that owns a runtime reservation; a persistent reservation has no owner. */
  readonly pid: number | undefined
  /** The socket that a runtime reservation was acquired on. */
  readonly anchor: Anchor | undefined
  /** The address families whose ports it holds. */
  readonly families: Families
  /** False once it is released. */
  held: boolean
  /** Whether sockets other than the anchor get ports of it. */
  served: boolean
  /** Where the next search for a free port begins, if `portOrder` is `'next'`. */
  nextPort: number
}

/** A port that a socket is bound to. */
export interface Binding extends BindMode {
  readonly address: string
  readonly port: number
  /** Whether an anchor is bound here. The manager never gives an anchor to Node. */
  readonly isAnchor?: true | undefined
}

export interface DynamicRange {
  readonly startPort: number
  readonly count: number
}

/** The socket that acquires a runtime reservation. An IPv6 anchor is dual-stack. */
export interface Anchor {
  readonly pid: number
  readonly family: AddressFamily
  /** The reservations that end with the socket. Undefined before the first. */
  acquired: Set<Reservation> | undefined
}

export interface PortPoolOptions {
  readonly dynamicRange: DynamicRange
  readonly world: World
  readonly errors: ErrorNumbers
  /** Shared by the pools of a machine, so that no two reservations have the same token. */
  readonly tokens: TokenSequence
  /** Absent: the pool ignores the host. */
  readonly host?: HostPorts | undefined
}

const FIRST_UNPRIVILEGED_PORT = 1024

const NONE: readonly Binding[] = []

/**
 * The reserved and bound ports of one protocol. A method that may be refused returns the error number instead of a
 * result. Where no document says how Windows answers, the world does.
 *
 * A block that is not served yet gives its ports to its anchor alone. Another associated socket gets the answer of a
 * stranger for a given port, and the answer of an exhausted block for port 0.
 */
export class PortPool {
  readonly #free: FreePorts
  readonly #world: World
  readonly #errors: ErrorNumbers
  readonly #endedTokens = new Set<bigint>()
  readonly #reservationAt = new Uint16Array(LAST_PORT + 1)
  readonly #slots: (Reservation | undefined)[] = [undefined]
  readonly #emptySlots: number[] = []
  readonly #bindings = new Map<number, Binding[]>()
  readonly #exclusions: DynamicRange[] = []
  readonly #dynamicRange: DynamicRange
  readonly #firstWildcard: number
  readonly #endOfWildcards: number
  readonly #tokens: TokenSequence
  readonly #host: HostPorts | undefined
  #nextEphemeral: number

  constructor({ dynamicRange, world, errors, tokens, host }: PortPoolOptions) {
    this.#world = world
    this.#errors = errors
    this.#free = new FreePorts(world.familyPools)
    this.#dynamicRange = dynamicRange
    const anywhere = world.wildcardPlace === 'above-1023'
    this.#firstWildcard = anywhere ? FIRST_UNPRIVILEGED_PORT : dynamicRange.startPort
    this.#endOfWildcards = anywhere ? LAST_PORT + 1 : dynamicRange.startPort + dynamicRange.count
    this.#tokens = tokens
    this.#host = host
    this.#nextEphemeral = host === undefined ? dynamicRange.startPort : this.#somewhere()
    this.#free.set(BOTH, 0, 1, false)
  }

  /**
   * Reserves a range for the process of the anchor. Start port 0 is a wildcard.
   *
   * @param found the result of {@link searchForAcquire}, if it has run
   */
  acquire(anchor: Anchor, startPort: number, count: number, found?: number): Reservation | number {
    if (!isRange(startPort, count)) return WSAEINVAL
    const families = this.#familiesOf(anchor)
    const start = this.#findRange(families, startPort, count, found)
    if (start >= 0) return this.#reserve(anchor, families, start, count)
    return startPort === 0 ? this.#errors.wildcardRefused : this.#errors.rangeTaken
  }

  /**
   * Reserves a range that no process owns, until it is deleted.
   *
   * @param denied the error for a process that may not do this, or 0
   * @param found the result of {@link searchForCreate}, if it has run
   */
  createPersistent(startPort: number, count: number, denied = 0, found?: number): Reservation | number {
    if (startPort === 0 || !isRange(startPort, count)) return ERROR_INVALID_PARAMETER
    if (denied !== 0) return denied
    if (!this.#isCreatable(startPort, count)) return ERROR_SHARING_VIOLATION
    if (found === -1 || (found === undefined && this.#isInUseOnHost(startPort, count))) return ERROR_SHARING_VIOLATION
    return this.#reserve(undefined, BOTH, startPort, count)
  }

  /**
   * Searches for a range that `acquire` can reserve, in short steps between which other work can run: a range of free
   * ports, of which none is in use on the host. Undefined if no search is needed.
   */
  searchForAcquire(anchor: Anchor, startPort: number, count: number): Search | undefined {
    if (this.#host === undefined || !isRange(startPort, count)) return undefined
    return this.#searchRange(this.#host, this.#familiesOf(anchor), startPort, count)
  }

  /** As {@link searchForAcquire}, for `createPersistent`. */
  searchForCreate(startPort: number, count: number): Search | undefined {
    if (this.#host === undefined || startPort === 0 || !isRange(startPort, count)) return undefined
    return this.#searchCreatable(this.#host, startPort, count)
  }

  /**
   * Finds the persistent reservation of exactly this range.
   *
   * @param denied the error for a process that may not do this, or 0
   */
  findPersistent(startPort: number, count: number, denied = 0): Reservation | number {
    if (startPort === 0 || count === 0) return ERROR_INVALID_PARAMETER
    if (denied !== 0) return denied
    const reservation = this.#slots[this.#reservationAt[startPort] ?? 0]
    const exact = reservation?.startPort === startPort && reservation.count === count
    return exact && reservation.pid === undefined ? reservation : ERROR_NOT_FOUND
  }

  /** The reservation that a token names, or the error for a token that names none. */
  findToken(token: bigint): Reservation | number {
    const reservation = this.#slots[this.#tokens.slotOf(token)]
    if (reservation?.token === token) return reservation
    return this.#endedTokens.has(token) ? this.#errors.endedToken : this.#errors.unknownToken
  }

  /** Whether RELEASE must be refused because sockets of the block are bound. */
  isReleaseRefused(reservation: Reservation): boolean {
    if (this.#errors.releaseWhileBound === 0) return false
    const { startPort, count } = reservation
    for (let port = startPort; port < startPort + count; port++) if (this.#bindings.has(port)) return true
    return false
  }

  /** Ends a reservation. Bound ports stay bound; the others are free again. */
  release(reservation: Reservation): void {
    const { startPort, count } = reservation
    const slot = this.#reservationAt[startPort] ?? 0
    this.#slots[slot] = undefined
    this.#emptySlots.push(slot)
    this.#reservationAt.fill(0, startPort, startPort + count)
    reservation.held = false
    reservation.anchor?.acquired?.delete(reservation)
    this.#endToken(reservation)
    this.#free.set(reservation.families, startPort, count, true)
    if (this.#bindings.size > 0 || this.#exclusions.length > 0) this.#retakeUsed(startPort, count)
  }

  /** Binds a port, out of the reservation if there is one. Port 0 takes any free port. */
  bind(
    address: string,
    port: number,
    reservation: Reservation | undefined,
    mode: BindMode = DEFAULT_BIND_MODE,
    isAnchor = false,
  ): Binding | number {
    if (port === 0) {
      const chosen = reservation === undefined ? this.#findEphemeral() : this.#findInside(reservation, isAnchor)
      if (chosen < 0) return -chosen
      return this.#addBinding(bindingOf(address, chosen, mode, isAnchor))
    }
    const binding = bindingOf(address, port, mode, isAnchor)
    const refusal = this.#refusalOf(binding, reservation, isAnchor)
    if (refusal !== 0) return refusal
    const others = this.#bindings.get(port)
    const served = reservation !== undefined && (reservation.served || isAnchor)
    const inUse = served ? this.#errors.blockPortInUse : WSAEADDRINUSE
    const opponents = others?.filter((other) => conflict(binding, other)) ?? NONE
    if (opponents.length > 0) {
      return mode.reuseAddr || opponents.some((other) => isShutOut(binding, other)) ? WSAEACCES : inUse
    }
    if (others === undefined && this.#host?.isFree(port) === false) return inUse
    return this.#addBinding(binding)
  }

  unbind(binding: Binding): void {
    const { port } = binding
    const rest = this.#bindings.get(port)?.filter((other) => other !== binding) ?? []
    if (rest.length > 0) this.#bindings.set(port, rest)
    else this.#bindings.delete(port)
    const reservation = this.#slots[this.#reservationAt[port] ?? 0]
    if (!this.#free.apart) {
      if (rest.length === 0 && reservation === undefined && !this.#isExcluded(port)) this.#free.set(BOTH, port, 1, true)
      return
    }
    this.#free.set(BOTH, port, 1, true)
    this.#retakeUsed(port, 1)
    if (reservation !== undefined) this.#free.set(reservation.families, port, 1, false)
  }

  /** Excludes a range: it cannot be reserved or given out for port 0, but can be bound by number. */
  exclude(startPort: number, count: number): void {
    this.#exclusions.push({ startPort, count })
    this.#free.set(BOTH, startPort, count, false)
  }

  /** Ends runtime reservations and frees bound ports. Persistent reservations stay, with new tokens. */
  reboot(): void {
    for (const bindings of [...this.#bindings.values()]) for (const binding of bindings) this.unbind(binding)
    for (const reservation of this.reservations()) {
      if (reservation.pid !== undefined) {
        this.release(reservation)
        continue
      }
      this.#endToken(reservation)
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

  #reserve(anchor: Anchor | undefined, families: Families, startPort: number, count: number): Reservation {
    const slot = this.#emptySlots.pop() ?? this.#slots.length
    const reservation: Reservation = {
      startPort,
      count,
      token: this.#tokens.next(slot),
      pid: anchor?.pid,
      anchor,
      families,
      held: true,
      served: anchor === undefined || this.#world.blockServed === 'at-once',
      nextPort: startPort,
    }
    this.#slots[slot] = reservation
    if (anchor !== undefined) {
      anchor.acquired ??= new Set()
      anchor.acquired.add(reservation)
    }
    this.#reservationAt.fill(slot, startPort, startPort + count)
    this.#free.set(families, startPort, count, false)
    return reservation
  }

  /** Remembers the token, where that makes a difference. */
  #endToken({ token }: Reservation): void {
    if (this.#errors.endedToken !== this.#errors.unknownToken) this.#endedTokens.add(token)
  }

  #familiesOf({ family }: Anchor): Families {
    return family === 'ipv4' && this.#free.apart ? IPV4 : BOTH
  }

  /** The start of a free range, or -1: the given range, or for start port 0 one where wildcards lie. */
  #findRange(families: Families, startPort: number, count: number, found: number | undefined): number {
    if (this.#host === undefined) {
      return startPort === 0
        ? this.#free.find(families, count, this.#firstWildcard, this.#endOfWildcards)
        : this.#free.find(families, count, startPort, startPort + count)
    }
    // The simulation may have changed since the search.
    if (found !== undefined && (found < 0 || this.#free.find(families, count, found, found + count) >= 0)) return found
    return finish(this.#searchRange(this.#host, families, startPort, count))
  }

  *#searchRange(host: HostPorts, families: Families, startPort: number, count: number): Search {
    host.beginStep()
    if (startPort !== 0) return yield* this.#searchWindow(host, families, count, startPort, startPort + count)
    const [from, to] = [this.#firstWildcard, this.#endOfWildcards]
    const middle =
      from < this.#dynamicRange.startPort ? randomPort(from, this.#dynamicRange.startPort) : this.#somewhere()
    const upper = yield* this.#searchWindow(host, families, count, middle, to)
    return upper >= 0 ? upper : yield* this.#searchWindow(host, families, count, from, Math.min(middle + count, to))
  }

  *#searchCreatable(host: HostPorts, startPort: number, count: number): Search {
    host.beginStep()
    if (!this.#isCreatable(startPort, count)) return -1
    return (yield* host.findInUse(startPort, count)) < 0 ? startPort : -1
  }

  #isCreatable(startPort: number, count: number): boolean {
    if (this.#errors.createOverExclusion !== 0) return this.#free.find(BOTH, count, startPort, startPort + count) >= 0
    for (let port = startPort; port < startPort + count; port++) {
      if (this.#reservationAt[port] !== 0 || this.#bindings.has(port)) return false
    }
    return true
  }

  #isInUseOnHost(startPort: number, count: number): boolean {
    return this.#host !== undefined && finish(this.#host.findInUse(startPort, count)) >= 0
  }

  /** The start of the lowest run of ports inside [from, to) that are free, also on the host; -1 if there is none. */
  *#searchWindow(host: HostPorts, families: Families, count: number, from: number, to: number): Search {
    for (let start = this.#free.find(families, count, from, to); start >= 0; ) {
      const inUse = yield* host.findInUse(start, count)
      if (inUse < 0) return start
      start = this.#free.find(families, count, inUse + 1, to)
    }
    return -1
  }

  /** The lowest port inside [from, to) that is free for both families, also on the host; -1 if there is none. */
  #findOne(from: number, to: number): number {
    if (this.#host === undefined) return this.#free.find(BOTH, 1, from, to)
    return finish(this.#searchWindow(this.#host, BOTH, 1, from, to))
  }

  /** A random port of the dynamic range, so that processes on one host rarely compete for a port. */
  #somewhere(): number {
    const { startPort, count } = this.#dynamicRange
    return randomPort(startPort, startPort + count)
  }

  /** A port, or the error number, negated. */
  #findEphemeral(): number {
    const { startPort, count } = this.#dynamicRange
    const end = startPort + count
    let port = this.#findOne(this.#nextEphemeral, end)
    if (port < 0) port = this.#findOne(startPort, this.#nextEphemeral)
    if (port < 0) return -WSAEADDRINUSE
    this.#nextEphemeral = port + 1 < end ? port + 1 : startPort
    return port
  }

  /** A port of a reservation that no socket has bound, or the error number, negated. */
  #findInside(reservation: Reservation, isAnchor: boolean): number {
    if (!reservation.held) return -this.#errors.bindAfterEnd
    if (!reservation.served && !isAnchor) return -this.#errors.blockExhausted
    const { startPort, count } = reservation
    const first = this.#firstInside(reservation)
    for (let i = 0; i < count; i++) {
      const port = startPort + ((first - startPort + i) % count)
      if (this.#bindings.has(port) || this.#host?.isFree(port) === false) continue
      reservation.nextPort = startPort + ((port - startPort + 1) % count)
      return port
    }
    return -this.#errors.blockExhausted
  }

  #firstInside({ startPort, count, nextPort }: Reservation): number {
    switch (this.#world.portOrder) {
      case 'lowest':
        return startPort
      case 'next':
        return nextPort
      case 'random':
        return randomPort(startPort, startPort + count)
    }
  }

  /** The error of binding a port that another block holds or that is outside the block; 0 if there is none. */
  #refusalOf(binding: Binding, reservation: Reservation | undefined, isAnchor: boolean): number {
    const { port } = binding
    if (reservation !== undefined) {
      if (!reservation.held) return this.#errors.bindAfterEnd
      if (!contains(reservation, port)) return this.#errors.portOutsideBlock
      if (reservation.served || isAnchor) return 0
    }
    const reserved = this.#slots[this.#reservationAt[port] ?? 0]
    if (reserved === undefined) return 0
    if (this.#free.apart && (reserved.families & familiesOf(binding)) === 0) return 0
    return reserved.pid === undefined ? this.#errors.persistentPortRefused : this.#errors.runtimePortRefused
  }

  #addBinding(binding: Binding): Binding {
    const { port } = binding
    const others = this.#bindings.get(port)
    if (others === undefined) this.#bindings.set(port, [binding])
    else others.push(binding)
    this.#free.set(this.#free.apart ? familiesOf(binding) : BOTH, port, 1, false)
    return binding
  }

  /** After a range was freed: takes back the ports that are still bound or excluded. */
  #retakeUsed(startPort: number, count: number): void {
    for (let port = startPort; port < startPort + count; port++) {
      for (const binding of this.#bindings.get(port) ?? []) this.#free.set(familiesOf(binding), port, 1, false)
      if (this.#isExcluded(port)) this.#free.set(BOTH, port, 1, false)
    }
  }

  #isExcluded(port: number): boolean {
    return this.#exclusions.some((exclusion) => contains(exclusion, port))
  }
}

/** A random port inside [from, to). */
function bindingOf(
  address: string,
  port: number,
  { reuseAddr, ipv6Only, exclusiveAddressUse }: BindMode,
  isAnchor: boolean,
): Binding {
  return { address, port, reuseAddr, ipv6Only, exclusiveAddressUse, isAnchor: isAnchor || undefined }
}

function randomPort(from: number, to: number): number {
  return from + Math.floor(Math.random() * (to - from))
}

function isRange(startPort: number, count: number): boolean {
  return count > 0 && startPort + count - 1 <= LAST_PORT
}

function contains({ startPort, count }: DynamicRange, port: number): boolean {
  return port >= startPort && port < startPort + count
}

/** Windows answers WSAEACCES for a specific address while an exclusive socket is bound to the wildcard address. */
function isShutOut(binding: Binding, opponent: Binding): boolean {
  return opponent.exclusiveAddressUse && isAnyAddress(opponent.address) && !isAnyAddress(binding.address)
}

/** Whether two sockets cannot share a port: their addresses overlap, and not both have reuseAddr. */
function conflict(one: Binding, other: Binding): boolean {
  return overlap(one, other) && !(one.reuseAddr && other.reuseAddr)
}

/**
 * An unspecified address ('0.0.0.0', '::') overlaps every address of its families. Windows lets one user bind 127.0.0.1
 * beside 0.0.0.0 (documented); POSIX hosts, where the servers here run, do not. No server runs on an anchor, so Windows' rule
 * counts for it.
 */
function overlap(one: Binding, other: Binding): boolean {
  if ((familiesOf(one) & familiesOf(other)) === 0) return false
  const [address, otherAddress] = [unmapped(one.address), unmapped(other.address)]
  if (isAnyAddress(address) === isAnyAddress(otherAddress)) return isAnyAddress(address) || address === otherAddress
  return one.isAnchor !== true && other.isAnchor !== true
}

function familiesOf({ address, ipv6Only }: Binding): Families {
  if (address === '::') return ipv6Only ? IPV6 : BOTH
  return unmapped(address).includes(':') ? IPV6 : IPV4
}

/** The IPv4 address of an IPv4-mapped IPv6 address; any other address as it is. */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}

function isAnyAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}
