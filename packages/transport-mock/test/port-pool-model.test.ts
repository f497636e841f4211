import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_FOUND,
  ERROR_SHARING_VIOLATION,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEINVAL,
} from '@winport/definitions'
import type { AddressFamily } from '@winport/transport'
import { WORLD_ANSWERS, type World } from '@winport/transport/backend'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BOTH, type Families, IPV4, IPV6 } from '../src/free-ports.js'
import { type ErrorNumbers, errorNumbersOf } from '../src/kernel-world.js'
import { type Binding, PortPool, type Reservation } from '../src/port-pool.js'
import { TokenSequence } from '../src/token-sequence.js'

// Runs random sequences of calls on the pool and on a model of it, which keeps each port separately.

const DYNAMIC = { startPort: 50_000, count: 12 }
const FIRST = 49_997
const LAST = 50_014
const ADDRESSES = ['127.0.0.1', '127.0.0.2', '::1', '0.0.0.0', '::'] as const

type Wanted = Omit<Binding, 'port'>

interface ModelReservation {
  readonly reservation: Reservation
  readonly startPort: number
  readonly count: number
  readonly pid: number | undefined
  readonly families: Families
  nextPort: number
}

class Model {
  readonly world: World
  readonly errors: ErrorNumbers
  reservations: ModelReservation[] = []
  bindings: Binding[] = []
  readonly endedTokens: bigint[] = []
  readonly exclusions: { startPort: number; count: number }[] = []
  nextEphemeral = DYNAMIC.startPort

  constructor(world: World) {
    this.world = world
    this.errors = errorNumbersOf(world)
  }

  /** The families in whose pools a reservation or binding takes its ports. */
  poolsOf(families: Families): Families {
    return this.world.familyPools === 'one' ? BOTH : families
  }

  reservationAt(port: number): ModelReservation | undefined {
    return this.reservations.find(({ startPort, count }) => port >= startPort && port < startPort + count)
  }

  isBound(port: number, families: Families = BOTH): boolean {
    return this.bindings.some(
      (binding) => binding.port === port && (this.poolsOf(familiesOf(binding)) & families) !== 0,
    )
  }

  isReserved(port: number, families: Families = BOTH): boolean {
    return ((this.reservationAt(port)?.families ?? 0) & families) !== 0
  }

  isFree(port: number, families: Families = BOTH): boolean {
    const excluded = this.exclusions.some(({ startPort, count }) => port >= startPort && port < startPort + count)
    return !this.isReserved(port, families) && !this.isBound(port, families) && !excluded
  }

  areFree(startPort: number, count: number, families: Families): boolean {
    return portsOf({ startPort, count }).every((port) => this.isFree(port, families))
  }

  isCreatable(startPort: number, count: number): boolean {
    if (this.world.createOverExclusion !== 'success') return this.areFree(startPort, count, BOTH)
    return portsOf({ startPort, count }).every((port) => !this.isReserved(port) && !this.isBound(port))
  }

  findWildcard(count: number, families: Families): number {
    const end = DYNAMIC.startPort + DYNAMIC.count
    return portsOf(DYNAMIC).find((port) => port + count <= end && this.areFree(port, count, families)) ?? -1
  }

  findEphemeral(): number {
    const ports = portsOf(DYNAMIC)
    const turn = this.nextEphemeral - DYNAMIC.startPort
    const port = [...ports.slice(turn), ...ports.slice(0, turn)].find((candidate) => this.isFree(candidate)) ?? -1
    if (port >= 0) this.nextEphemeral = DYNAMIC.startPort + ((port + 1 - DYNAMIC.startPort) % DYNAMIC.count)
    return port
  }

  isServed({ pid }: ModelReservation): boolean {
    return pid === undefined || this.world.blockServed === 'at-once'
  }

  /** The ports that bind with port 0 may take of a reservation. */
  candidatesInside(held: ModelReservation): number[] {
    if (!this.isServed(held)) return []
    const ports = portsOf(held)
    const turn = this.world.portOrder === 'next' ? held.nextPort - held.startPort : 0
    const free = [...ports.slice(turn), ...ports.slice(0, turn)].filter((port) => !this.isBound(port))
    return this.world.portOrder === 'random' ? free : free.slice(0, 1)
  }

  /** The error of bind, if any. Sockets share a port if they have no address in common, or both have reuseAddr. */
  bindError(wanted: Wanted, port: number, inUse: number): number | undefined {
    const mine = addressesOf(wanted)
    const opponents = this.bindings.filter(
      (other) =>
        other.port === port &&
        !(other.reuseAddr && wanted.reuseAddr) &&
        addressesOf(other).some((address) => mine.includes(address)),
    )
    if (opponents.length === 0) return undefined
    const isAny = ({ address }: Wanted) => address === '0.0.0.0' || address === '::'
    const shutOut = !isAny(wanted) && opponents.some((other) => other.exclusiveAddressUse && isAny(other))
    return wanted.reuseAddr || shutOut ? WSAEACCES : inUse
  }
}

function familiesOf({ address, ipv6Only }: Wanted): Families {
  if (address === '::' && !ipv6Only) return BOTH
  return address.includes(':') ? IPV6 : IPV4
}

/** The addresses, of those that the steps use, at which such a socket receives. */
function addressesOf({ address, ipv6Only }: Wanted): readonly string[] {
  const [ipv4, ipv6] = [['127.0.0.1', '127.0.0.2'], ['::1']]
  if (address === '0.0.0.0') return ipv4
  if (address === '::') return ipv6Only ? ipv6 : [...ipv6, ...ipv4]
  return [address]
}

function portsOf({ startPort, count }: { startPort: number; count: number }): number[] {
  return Array.from({ length: count }, (_, i) => startPort + i)
}

const anyPort = fc.integer({ min: FIRST, max: LAST })
const anyCount = fc.integer({ min: 0, max: 6 })
const anyIndex = fc.nat(1000)
const anyDelta = fc.constantFrom(0, 0, 0, -1, 1)
const meetingPort = fc.constant(50_001)
const portOrZero = fc.oneof(fc.constant(0), meetingPort, anyPort)
const anyWanted: fc.Arbitrary<Wanted> = fc
  .record({
    address: fc.constantFrom(...ADDRESSES),
    reuseAddr: fc.boolean(),
    ipv6Only: fc.boolean(),
    exclusiveAddressUse: fc.boolean(),
  })
  .filter(({ reuseAddr, exclusiveAddressUse }) => !(reuseAddr && exclusiveAddressUse))

/** One of the items, if there are any. */
function pick<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % items.length]
}

// Each step runs on both and compares the answers.
type Step = (pool: PortPool, model: Model) => void

const acquireStep = fc
  .tuple(fc.constantFrom(1, 2), fc.constantFrom<AddressFamily>('ipv4', 'ipv6'), portOrZero, anyCount)
  .map(([pid, family, startPort, count]): Step => {
    return (pool, model) => {
      const families = model.poolsOf(family === 'ipv4' ? IPV4 : BOTH)
      const start = startPort === 0 ? model.findWildcard(count, families) : startPort
      const answer = pool.acquire({ pid, family, acquired: undefined }, startPort, count)
      if (count === 0) expect(answer).toBe(WSAEINVAL)
      else if (start < 0) expect(answer).toBe(model.errors.wildcardRefused)
      else if (!model.areFree(start, count, families)) expect(answer).toBe(model.errors.rangeTaken)
      else remember(model, answer, { startPort: start, count, pid, families })
    }
  })

const createPersistentStep = fc.tuple(portOrZero, anyCount).map(([startPort, count]): Step => {
  return (pool, model) => {
    const answer = pool.createPersistent(startPort, count)
    if (startPort === 0 || count === 0) expect(answer).toBe(ERROR_INVALID_PARAMETER)
    else if (!model.isCreatable(startPort, count)) expect(answer).toBe(ERROR_SHARING_VIOLATION)
    else remember(model, answer, { startPort, count, pid: undefined, families: BOTH })
  }
})

const findPersistentStep = fc.tuple(anyIndex, anyDelta, anyDelta).map(([index, startDelta, countDelta]): Step => {
  return (pool, model) => {
    const near = pick(model.reservations, index)
    if (near === undefined) return
    const [startPort, count] = [near.startPort + startDelta, near.count + countDelta]
    const held = model.reservations.find(
      (other) => other.pid === undefined && other.startPort === startPort && other.count === count,
    )
    const missing = count === 0 ? ERROR_INVALID_PARAMETER : ERROR_NOT_FOUND
    expect(pool.findPersistent(startPort, count)).toBe(held?.reservation ?? missing)
  }
})

const releaseStep = anyIndex.map((index): Step => {
  return (pool, model) => {
    const held = pick(model.reservations, index)
    if (held === undefined) return
    const isBound = portsOf(held).some((port) => model.isBound(port))
    expect(pool.isReleaseRefused(held.reservation)).toBe(isBound && model.errors.releaseWhileBound !== 0)
    pool.release(held.reservation)
    expect(held.reservation.held).toBe(false)
    expect(pool.bind('127.0.0.1', 0, held.reservation)).toBe(model.errors.bindAfterEnd)
    expect(pool.bind('127.0.0.1', held.startPort, held.reservation)).toBe(model.errors.bindAfterEnd)
    model.endedTokens.push(held.reservation.token)
    model.reservations = model.reservations.filter((other) => other !== held)
  }
})

const bindStep = fc.tuple(anyWanted, portOrZero).map(([wanted, port]): Step => {
  return (pool, model) => {
    const answer = pool.bind(wanted.address, port, undefined, wanted)
    if (port === 0) {
      const chosen = model.findEphemeral()
      if (chosen < 0) expect(answer).toBe(WSAEADDRINUSE)
      else rememberBinding(model, answer, wanted, chosen, WSAEADDRINUSE)
      return
    }
    const refusal = strangerRefusal(model, wanted, port)
    if (refusal !== undefined) expect(answer).toBe(refusal)
    else rememberBinding(model, answer, wanted, port, WSAEADDRINUSE)
  }
})

const bindInsideStep = fc
  .tuple(anyWanted, anyIndex, fc.integer({ min: -2, max: 6 }))
  .map(([wanted, index, offset]): Step => {
    return (pool, model) => {
      const held = pick(model.reservations, index)
      if (held === undefined) return
      const port = offset < -1 ? 0 : held.startPort + offset
      const answer = pool.bind(wanted.address, port, held.reservation, wanted)
      const { blockExhausted, portOutsideBlock, blockPortInUse } = model.errors
      if (port === 0) {
        const candidates = model.candidatesInside(held)
        const chosen = candidates.find((candidate) => typeof answer !== 'number' && candidate === answer.port)
        if (candidates.length === 0) expect(answer).toBe(blockExhausted)
        else rememberBinding(model, answer, wanted, chosen ?? -1, blockPortInUse)
        if (chosen !== undefined) held.nextPort = held.startPort + ((chosen + 1 - held.startPort) % held.count)
        return
      }
      if (model.reservationAt(port) !== held) expect(answer).toBe(portOutsideBlock)
      else {
        const refusal = model.isServed(held) ? undefined : strangerRefusal(model, wanted, port)
        if (refusal !== undefined) expect(answer).toBe(refusal)
        else rememberBinding(model, answer, wanted, port, model.isServed(held) ? blockPortInUse : WSAEADDRINUSE)
      }
    }
  })

const unbindStep = anyIndex.map((index): Step => {
  return (pool, model) => {
    const binding = pick(model.bindings, index)
    if (binding === undefined) return
    pool.unbind(binding)
    model.bindings = model.bindings.filter((other) => other !== binding)
  }
})

const excludeStep = fc.tuple(anyPort, fc.integer({ min: 1, max: 3 })).map(([startPort, count]): Step => {
  return (pool, model) => {
    pool.exclude(startPort, count)
    model.exclusions.push({ startPort, count })
  }
})

const reboot: Step = (pool, model) => {
  const tokens = model.reservations.map(({ reservation }) => reservation.token)
  pool.reboot()
  model.bindings = []
  for (const { pid, reservation } of model.reservations) expect(reservation.held).toBe(pid === undefined)
  model.endedTokens.push(...tokens)
  model.reservations = model.reservations.filter(({ pid }) => pid === undefined)
  for (const held of model.reservations) held.nextPort = held.startPort
}

const step = fc.oneof(
  { weight: 5, arbitrary: acquireStep },
  { weight: 2, arbitrary: createPersistentStep },
  { weight: 2, arbitrary: findPersistentStep },
  { weight: 2, arbitrary: releaseStep },
  { weight: 5, arbitrary: bindStep },
  { weight: 8, arbitrary: bindInsideStep },
  { weight: 5, arbitrary: unbindStep },
  { weight: 1, arbitrary: excludeStep },
  { weight: 1, arbitrary: fc.constant(reboot) },
)

function remember(
  model: Model,
  answer: Reservation | number,
  expected: Omit<ModelReservation, 'reservation' | 'nextPort'>,
): void {
  expect(answer).toMatchObject({ ...expected, held: true })
  model.reservations.push({ ...expected, reservation: answer as Reservation, nextPort: expected.startPort })
}

/** The error of a bind to a reserved port without ASSOCIATE. */
function strangerRefusal(model: Model, wanted: Wanted, port: number): number | undefined {
  if (!model.isReserved(port, model.poolsOf(familiesOf(wanted)))) return undefined
  const isPersistent = model.reservationAt(port)?.pid === undefined
  return isPersistent ? model.errors.persistentPortRefused : model.errors.runtimePortRefused
}

function rememberBinding(model: Model, answer: Binding | number, wanted: Wanted, port: number, inUse: number): void {
  const error = model.bindError(wanted, port, inUse)
  expect(answer).toEqual(error ?? { ...wanted, port })
  if (error === undefined) model.bindings.push(answer as Binding)
}

/** Checks what must be true after every step. */
function checkInvariants(pool: PortPool, model: Model): void {
  const held = new Set(model.reservations.map(({ reservation }) => reservation))
  expect(pool.reservations().length).toBe(held.size)
  expect(pool.reservations().every((reservation) => held.has(reservation))).toBe(true)
  const tokens = pool.reservations().map(({ token }) => token)
  expect(new Set(tokens).size).toBe(tokens.length)
  for (const reservation of pool.reservations()) expect(pool.findToken(reservation.token)).toBe(reservation)
  const reserved = pool.reservations().flatMap(portsOf)
  expect(new Set(reserved).size).toBe(reserved.length)
  const ports = portsOf({ startPort: FIRST, count: LAST - FIRST + 7 })
  expect(ports.filter((port) => pool.isBound(port))).toEqual(ports.filter((port) => model.isBound(port)))
  for (const family of ['ipv4', 'ipv6'] as const) {
    const families = model.poolsOf(family === 'ipv4' ? IPV4 : BOTH)
    const free = ports.filter((port) => model.isFree(port, families))
    expect(ports.filter((port) => isFreeIn(pool, family, port))).toEqual(free)
  }
  for (const token of model.endedTokens) expect(pool.findToken(token)).toBe(model.errors.endedToken)
  expect(pool.findToken(1n)).toBe(model.errors.unknownToken)
}

/** Whether the port can be reserved. Releases it again. */
function isFreeIn(pool: PortPool, family: AddressFamily, port: number): boolean {
  const trial = pool.acquire({ pid: 0, family, acquired: undefined }, port, 1)
  if (typeof trial === 'number') return false
  pool.release(trial)
  return true
}

const anyWorld: fc.Arbitrary<World> = fc.record({
  ...mapAnswers((answers) => fc.constantFrom(...answers)),
  wildcardPlace: fc.constant('dynamic-range'), // the steps stay in and around it
})

function mapAnswers(arbitraryOf: <Answer>(answers: readonly [Answer, ...Answer[]]) => fc.Arbitrary<Answer>): {
  [Point in keyof World]: fc.Arbitrary<World[Point]>
} {
  return Object.fromEntries(
    Object.entries(WORLD_ANSWERS).map(([point, answers]) => [point, arbitraryOf<unknown>(answers)]),
  ) as { [Point in keyof World]: fc.Arbitrary<World[Point]> }
}

it('the pool agrees with a model of it in any world, after any sequence of calls', () => {
  fc.assert(
    fc.property(anyWorld, fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), (world, steps) => {
      const model = new Model(world)
      const { errors } = model
      const pool = new PortPool({ dynamicRange: DYNAMIC, world, errors, tokens: new TokenSequence() })
      for (const run of steps) {
        run(pool, model)
        checkInvariants(pool, model)
      }
      for (const { reservation } of model.reservations) pool.release(reservation)
      for (const binding of model.bindings) pool.unbind(binding)
      model.reservations = []
      model.bindings = []
      checkInvariants(pool, model) // only the exclusions are left
    }),
    { numRuns: 150 },
  )
})
