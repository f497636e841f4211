import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_FOUND,
  ERROR_SHARING_VIOLATION,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEADDRNOTAVAIL,
  WSAEINVAL,
} from '@winport/definitions'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Binding, PortPool, type PortPoolOptions, type Reservation } from '../src/port-pool.js'
import { TokenSequence } from '../src/token-sequence.js'

const PID = 100

function openPool(options: Partial<PortPoolOptions> = {}): PortPool {
  return new PortPool({ dynamicRange: { startPort: 50_000, count: 40 }, tokens: new TokenSequence(), ...options })
}

function granted(reservation: Reservation | number): Reservation {
  if (typeof reservation === 'number') throw new Error(`refused with ${reservation}`)
  return reservation
}

function bound(binding: Binding | number): Binding {
  if (typeof binding === 'number') throw new Error(`refused with ${binding}`)
  return binding
}

describe('acquire', () => {
  it('a wildcard takes the lowest run of the dynamic range', () => {
    const pool = openPool()
    granted(pool.acquire(PID, 50_005, 5))
    expect(granted(pool.acquire(PID, 0, 6)).startPort).toBe(50_010)
    expect(granted(pool.acquire(PID, 0, 5)).startPort).toBe(50_000)
    expect(pool.acquire(PID, 0, 25)).toBe(WSAEADDRINUSE)
    expect(granted(pool.acquire(PID, 0, 24)).startPort).toBe(50_016)
    expect(pool.acquire(PID, 0, 1)).toBe(WSAEADDRINUSE)
  })

  it('a specific range may lie outside the dynamic range, up to the last port', () => {
    const pool = openPool()
    expect(granted(pool.acquire(PID, 1, 5)).startPort).toBe(1)
    expect(granted(pool.acquire(PID, 65_535, 1)).startPort).toBe(65_535)
    expect(pool.acquire(PID, 65_535, 2)).toBe(WSAEINVAL)
    expect(pool.acquire(PID, 50_000, 0)).toBe(WSAEINVAL)
  })

  it('takes everything there is, and after its release again', () => {
    const pool = openPool({ dynamicRange: { startPort: 1, count: 65_535 } })
    const all = granted(pool.acquire(PID, 0, 65_535))
    expect(pool.acquire(PID, 0, 1)).toBe(WSAEADDRINUSE)
    pool.release(all)
    expect(granted(pool.acquire(PID, 1, 65_535)).count).toBe(65_535)
  })
})

describe('bind', () => {
  it('out of a reservation goes round: a port rests after its use', () => {
    const pool = openPool()
    const reservation = granted(pool.acquire(PID, 50_000, 3))
    const next = () => bound(pool.bind('127.0.0.1', 0, reservation))
    const first = next()
    pool.unbind(first)
    expect([first.port, next().port, next().port, next().port]).toEqual([50_000, 50_001, 50_002, 50_000])
    expect(pool.bind('127.0.0.1', 0, reservation)).toBe(WSAEADDRINUSE)
  })

  it('after the release of the associated reservation finds nothing', () => {
    const pool = openPool()
    const reservation = granted(pool.acquire(PID, 50_000, 3))
    pool.release(reservation)
    expect(pool.bind('127.0.0.1', 0, reservation)).toBe(WSAEADDRINUSE)
    expect(pool.bind('127.0.0.1', 50_001, reservation)).toBe(WSAEADDRNOTAVAIL)
    expect(bound(pool.bind('127.0.0.1', 50_001, undefined)).port).toBe(50_001)
  })

  it('ephemeral ports go round the dynamic range, without what is reserved, bound or excluded', () => {
    const pool = openPool({ dynamicRange: { startPort: 50_000, count: 8 } })
    granted(pool.acquire(PID, 50_000, 2))
    bound(pool.bind('0.0.0.0', 50_003, undefined))
    pool.exclude(50_005, 2)
    const next = () => pool.bind('127.0.0.1', 0, undefined)
    const first = bound(next())
    const second = bound(next())
    pool.unbind(first)
    expect([first.port, second.port, bound(next()).port]).toEqual([50_002, 50_004, 50_007])
    expect(bound(next()).port).toBe(50_002)
    expect(next()).toBe(WSAEADDRINUSE)
  })

  it.each(['0.0.0.0', '::'])('%s stands for the whole port, in either order', (any) => {
    const pool = openPool()
    bound(pool.bind(any, 50_000, undefined))
    bound(pool.bind('127.0.0.1', 50_001, undefined))
    for (const address of ['127.0.0.1', '::1', '0.0.0.0', '::']) {
      expect(pool.bind(address, 50_000, undefined)).toBe(WSAEADDRINUSE)
    }
    expect(pool.bind(any, 50_001, undefined)).toBe(WSAEADDRINUSE)
  })

  it('two specific addresses share a port, which is free when both have left', () => {
    const pool = openPool()
    const [first, second] = ['127.0.0.1', '127.0.0.2'].map((address) => bound(pool.bind(address, 50_000, undefined)))
    if (first === undefined || second === undefined) throw new Error('not bound')
    expect(pool.bind('127.0.0.1', 50_000, undefined)).toBe(WSAEADDRINUSE)
    pool.unbind(first)
    expect(pool.acquire(PID, 50_000, 1)).toBe(WSAEADDRINUSE)
    pool.unbind(second)
    expect(granted(pool.acquire(PID, 50_000, 1)).startPort).toBe(50_000)
  })
})

describe('an exclusion', () => {
  it('over ports that are bound or reserved stays when they are let go', () => {
    const pool = openPool()
    const binding = bound(pool.bind('127.0.0.1', 50_001, undefined))
    const reservation = granted(pool.acquire(PID, 50_002, 2))
    pool.exclude(50_000, 4)
    pool.unbind(binding)
    pool.release(reservation)
    for (let port = 50_000; port < 50_004; port++) expect(pool.acquire(PID, port, 1)).toBe(WSAEADDRINUSE)
    expect(granted(pool.acquire(PID, 50_004, 1)).startPort).toBe(50_004)
  })
})

describe('host ports', () => {
  const busy = new Set([50_003, 50_010])
  const isHostPortFree = (port: number) => !busy.has(port)

  it('that are taken outside are in nobody’s range, and are given to nobody', () => {
    const pool = openPool({ dynamicRange: { startPort: 50_000, count: 12 }, isHostPortFree })
    expect(pool.acquire(PID, 50_002, 2)).toBe(WSAEADDRINUSE)
    expect(pool.createPersistent(50_002, 2)).toBe(ERROR_SHARING_VIOLATION)
    expect(pool.bind('127.0.0.1', 50_003, undefined)).toBe(WSAEADDRINUSE)
    expect(pool.acquire(PID, 0, 7)).toBe(WSAEADDRINUSE)
    expect(granted(pool.acquire(PID, 0, 6)).startPort).toBe(50_004)
    const ports = new Set<number>()
    for (let i = 0; i < 4; i++) ports.add(bound(pool.bind('127.0.0.1', 0, undefined)).port)
    expect(ports).toEqual(new Set([50_000, 50_001, 50_002, 50_011]))
    expect(pool.bind('127.0.0.1', 0, undefined)).toBe(WSAEADDRINUSE)
  })

  it('that are taken while they are reserved are passed over by bind', () => {
    const taken = new Set<number>()
    const pool = openPool({ isHostPortFree: (port) => !taken.has(port) })
    const reservation = granted(pool.acquire(PID, 50_000, 3))
    taken.add(50_000).add(50_001)
    expect(pool.bind('127.0.0.1', 50_001, reservation)).toBe(WSAEADDRINUSE)
    expect(bound(pool.bind('127.0.0.1', 0, reservation)).port).toBe(50_002)
    expect(pool.bind('127.0.0.1', 0, reservation)).toBe(WSAEADDRINUSE)
  })

  it('that the simulation itself has bound do not count as taken', () => {
    const taken = new Set<number>()
    const pool = openPool({ isHostPortFree: (port) => !taken.has(port) })
    bound(pool.bind('127.0.0.1', 50_000, undefined))
    taken.add(50_000) // its server listens
    expect(bound(pool.bind('127.0.0.2', 50_000, undefined)).port).toBe(50_000)
  })

  it('a wildcard is found wherever the search begins', () => {
    const free = new Set([50_005, 50_006, 50_007])
    for (let i = 0; i < 50; i++) {
      const pool = openPool({
        dynamicRange: { startPort: 50_000, count: 12 },
        isHostPortFree: (port) => free.has(port),
      })
      expect(granted(pool.acquire(PID, 0, 3)).startPort).toBe(50_005)
      expect(pool.acquire(PID, 0, 1)).toBe(WSAEADDRINUSE)
    }
  })
})

// A model of the pool, port by port, and everything that can be done to it in any order.

const DYNAMIC = { startPort: 50_000, count: 24 }
const FIRST = 49_996
const LAST = 50_028
const ADDRESSES = ['127.0.0.1', '127.0.0.2', '::1', '0.0.0.0', '::'] as const

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

  /** Two sockets share a port only on different specific addresses. */
  conflicts(address: string, port: number): boolean {
    const any = (text: string) => text === '0.0.0.0' || text === '::'
    return this.bindings.some(
      (other) => other.port === port && (other.address === address || any(other.address) || any(address)),
    )
  }
}

function portsOf({ startPort, count }: { startPort: number; count: number }): number[] {
  return Array.from({ length: count }, (_, i) => startPort + i)
}

const anyPort = fc.integer({ min: FIRST, max: LAST })
const anyCount = fc.integer({ min: 0, max: 9 })
const anyIndex = fc.nat(20)
const anyAddress = fc.constantFrom(...ADDRESSES)

type Step = (pool: PortPool, model: Model) => void

/** Runs a step on both, and compares what they say. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom(1, 2), fc.oneof(fc.constant(0), anyPort), anyCount).map(([pid, startPort, count]): Step => {
    return (pool, model) => {
      const start = startPort === 0 ? model.findWildcard(count) : startPort
      const answer = pool.acquire(pid, startPort, count)
      if (count === 0) expect(answer).toBe(WSAEINVAL)
      else if (start < 0 || !model.areFree(start, count)) expect(answer).toBe(WSAEADDRINUSE)
      else remember(model, answer, { startPort: start, count, pid })
    }
  }),
  fc.tuple(fc.oneof(fc.constant(0), anyPort), anyCount).map(([startPort, count]): Step => {
    return (pool, model) => {
      const answer = pool.createPersistent(startPort, count)
      if (startPort === 0 || count === 0) expect(answer).toBe(ERROR_INVALID_PARAMETER)
      else if (!model.areFree(startPort, count)) expect(answer).toBe(ERROR_SHARING_VIOLATION)
      else remember(model, answer, { startPort, count, pid: undefined })
    }
  }),
  fc.tuple(anyPort, anyCount).map(([startPort, count]): Step => {
    return (pool, model) => {
      const held = model.reservations.find(
        (other) => other.pid === undefined && other.startPort === startPort && other.count === count,
      )
      const missing = count === 0 ? ERROR_INVALID_PARAMETER : ERROR_NOT_FOUND
      expect(pool.findPersistent(startPort, count)).toBe(held?.reservation ?? missing)
    }
  }),
  anyIndex.map((index): Step => {
    return (pool, model) => {
      const held = model.reservations[index]
      if (held === undefined) return
      pool.release(held.reservation)
      expect(held.reservation.held).toBe(false)
      model.reservations = model.reservations.filter((other) => other !== held)
    }
  }),
  fc.tuple(anyAddress, fc.oneof(fc.constant(0), anyPort)).map(([address, port]): Step => {
    return (pool, model) => {
      const answer = pool.bind(address, port, undefined)
      if (port === 0) rememberBinding(model, answer, address, model.findEphemeral())
      else if (model.reservationAt(port) !== undefined) expect(answer).toBe(WSAEACCES)
      else rememberBinding(model, answer, address, model.conflicts(address, port) ? -1 : port)
    }
  }),
  fc.tuple(anyAddress, fc.oneof(fc.constant(0), anyPort), anyIndex).map(([address, port, index]): Step => {
    return (pool, model) => {
      const held = model.reservations[index]
      if (held === undefined) return
      const answer = pool.bind(address, port, held.reservation)
      if (port === 0) rememberBinding(model, answer, address, model.findInside(held))
      else if (model.reservationAt(port) !== held) expect(answer).toBe(WSAEADDRNOTAVAIL)
      else rememberBinding(model, answer, address, model.conflicts(address, port) ? -1 : port)
    }
  }),
  anyIndex.map((index): Step => {
    return (pool, model) => {
      const binding = model.bindings[index]
      if (binding === undefined) return
      pool.unbind(binding)
      model.bindings = model.bindings.filter((other) => other !== binding)
    }
  }),
  fc.tuple(anyPort, fc.integer({ min: 1, max: 4 })).map(([startPort, count]): Step => {
    return (pool, model) => {
      pool.exclude(startPort, count)
      model.exclusions.push({ startPort, count })
    }
  }),
  fc.constant((pool: PortPool, model: Model) => {
    const tokens = model.reservations.map(({ reservation }) => reservation.token)
    pool.reboot()
    model.bindings = []
    for (const { pid, reservation } of model.reservations) expect(reservation.held).toBe(pid === undefined)
    for (const token of tokens) expect(pool.findToken(token)).toBe(undefined)
    model.reservations = model.reservations.filter(({ pid }) => pid === undefined)
    for (const held of model.reservations) held.nextPort = held.startPort
  }),
)

function remember(
  model: Model,
  answer: Reservation | number,
  expected: Omit<ModelReservation, 'reservation' | 'nextPort'>,
): void {
  expect(answer).toMatchObject({ ...expected, held: true })
  model.reservations.push({ ...expected, reservation: granted(answer), nextPort: expected.startPort })
}

function rememberBinding(model: Model, answer: Binding | number, address: string, port: number): void {
  if (port < 0) {
    expect(answer).toBe(WSAEADDRINUSE)
    return
  }
  expect(answer).toEqual({ address, port })
  model.bindings.push(bound(answer))
}

/** What must be true after every step. */
function checkInvariants(pool: PortPool, model: Model): void {
  expect(new Set(pool.reservations())).toEqual(new Set(model.reservations.map(({ reservation }) => reservation)))
  const tokens = pool.reservations().map(({ token }) => token)
  expect(new Set(tokens).size).toBe(tokens.length)
  for (const reservation of pool.reservations()) expect(pool.findToken(reservation.token)).toBe(reservation)
  const reserved = pool.reservations().flatMap(portsOf)
  expect(new Set(reserved).size).toBe(reserved.length)
  for (let port = FIRST; port <= LAST + 9; port++) {
    expect(pool.isBound(port)).toBe(model.isBound(port))
    expect(isFreeIn(pool, port)).toBe(model.isFree(port))
  }
}

/** Free is what can be reserved; the trial is undone. */
function isFreeIn(pool: PortPool, port: number): boolean {
  const trial = pool.acquire(0, port, 1)
  if (typeof trial === 'number') return false
  pool.release(trial)
  return true
}

describe('the pool agrees with a model of it', () => {
  it('after any sequence of what can be done to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [pool, model] = [openPool({ dynamicRange: DYNAMIC }), new Model()]
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
      { numRuns: 100 },
    )
  })
})
