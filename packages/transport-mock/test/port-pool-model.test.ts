import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_FOUND,
  ERROR_SHARING_VIOLATION,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEADDRNOTAVAIL,
  WSAEINVAL,
} from '@winport/definitions'
import { DEFAULT_WORLD } from '@winport/transport/backend'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { errorNumbersOf } from '../src/kernel-world.js'
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
  nextPort: number
}

class Model {
  reservations: ModelReservation[] = []
  bindings: Binding[] = []
  readonly exclusions: { startPort: number; count: number }[] = []
  nextEphemeral = DYNAMIC.startPort

  reservationAt(port: number): ModelReservation | undefined {
    return this.reservations.find(({ startPort, count }) => port >= startPort && port < startPort + count)
  }

  isBound(port: number): boolean {
    return this.bindings.some((binding) => binding.port === port)
  }

  isFree(port: number): boolean {
    const excluded = this.exclusions.some(({ startPort, count }) => port >= startPort && port < startPort + count)
    return this.reservationAt(port) === undefined && !this.isBound(port) && !excluded
  }

  areFree(startPort: number, count: number): boolean {
    return portsOf({ startPort, count }).every((port) => this.isFree(port))
  }

  findWildcard(count: number): number {
    return (
      portsOf(DYNAMIC).find((port) => port + count <= DYNAMIC.startPort + DYNAMIC.count && this.areFree(port, count)) ??
      -1
    )
  }

  findEphemeral(): number {
    const ports = portsOf(DYNAMIC)
    const turn = this.nextEphemeral - DYNAMIC.startPort
    const port = [...ports.slice(turn), ...ports.slice(0, turn)].find((candidate) => this.isFree(candidate)) ?? -1
    if (port >= 0) this.nextEphemeral = DYNAMIC.startPort + ((port + 1 - DYNAMIC.startPort) % DYNAMIC.count)
    return port
  }

  findInside(held: ModelReservation): number {
    const ports = portsOf(held)
    const turn = held.nextPort - held.startPort
    const port = [...ports.slice(turn), ...ports.slice(0, turn)].find((candidate) => !this.isBound(candidate)) ?? -1
    if (port >= 0) held.nextPort = held.startPort + ((port + 1 - held.startPort) % held.count)
    return port
  }

  /** The error of bind, if any. Sockets share a port if they have no address in common, or both have reuseAddr. */
  bindError(wanted: Wanted, port: number): number | undefined {
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
    return wanted.reuseAddr || shutOut ? WSAEACCES : WSAEADDRINUSE
  }
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

const acquireStep = fc.tuple(fc.constantFrom(1, 2), portOrZero, anyCount).map(([pid, startPort, count]): Step => {
  return (pool, model) => {
    const start = startPort === 0 ? model.findWildcard(count) : startPort
    const answer = pool.acquire({ pid, family: 'ipv4', acquired: undefined }, startPort, count)
    if (count === 0) expect(answer).toBe(WSAEINVAL)
    else if (start < 0 || !model.areFree(start, count)) expect(answer).toBe(WSAEADDRINUSE)
    else remember(model, answer, { startPort: start, count, pid })
  }
})

const createPersistentStep = fc.tuple(portOrZero, anyCount).map(([startPort, count]): Step => {
  return (pool, model) => {
    const answer = pool.createPersistent(startPort, count)
    if (startPort === 0 || count === 0) expect(answer).toBe(ERROR_INVALID_PARAMETER)
    else if (!model.areFree(startPort, count)) expect(answer).toBe(ERROR_SHARING_VIOLATION)
    else remember(model, answer, { startPort, count, pid: undefined })
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
    pool.release(held.reservation)
    expect(held.reservation.held).toBe(false)
    model.reservations = model.reservations.filter((other) => other !== held)
  }
})

const bindStep = fc.tuple(anyWanted, portOrZero).map(([wanted, port]): Step => {
  return (pool, model) => {
    const answer = pool.bind(wanted.address, port, undefined, wanted)
    if (port === 0) rememberChosen(model, answer, wanted, model.findEphemeral())
    else if (model.reservationAt(port) !== undefined) expect(answer).toBe(WSAEACCES)
    else rememberBinding(model, answer, wanted, port)
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
      if (port === 0) rememberChosen(model, answer, wanted, model.findInside(held))
      else if (model.reservationAt(port) !== held) expect(answer).toBe(WSAEADDRNOTAVAIL)
      else rememberBinding(model, answer, wanted, port)
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
  for (const token of tokens) expect(pool.findToken(token)).toBe(WSAEINVAL)
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

function rememberChosen(model: Model, answer: Binding | number, wanted: Wanted, port: number): void {
  if (port < 0) expect(answer).toBe(WSAEADDRINUSE)
  else rememberBinding(model, answer, wanted, port)
}

function rememberBinding(model: Model, answer: Binding | number, wanted: Wanted, port: number): void {
  const error = model.bindError(wanted, port)
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
  expect(ports.filter((port) => isFreeIn(pool, port))).toEqual(ports.filter((port) => model.isFree(port)))
}

/** Whether the port can be reserved. Releases it again. */
function isFreeIn(pool: PortPool, port: number): boolean {
  const trial = pool.acquire({ pid: 0, family: 'ipv4', acquired: undefined }, port, 1)
  if (typeof trial === 'number') return false
  pool.release(trial)
  return true
}

it('the pool agrees with a model of it after any sequence of calls', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), (steps) => {
      const pool = new PortPool({
        dynamicRange: DYNAMIC,
        world: DEFAULT_WORLD,
        errors: errorNumbersOf(DEFAULT_WORLD),
        tokens: new TokenSequence(),
      })
      const model = new Model()
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
    { numRuns: 75 },
  )
})
