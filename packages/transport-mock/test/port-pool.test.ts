import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_FOUND,
  ERROR_SHARING_VIOLATION,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEINVAL,
} from '@winport/definitions'
import { DEFAULT_BIND_MODE, DEFAULT_WORLD } from '@winport/transport/backend'
import { describe, expect, it } from 'vitest'
import { HostPorts } from '../src/host-ports.js'
import { errorNumbersOf } from '../src/kernel-world.js'
import { type Anchor, type Binding, PortPool, type PortPoolOptions, type Reservation } from '../src/port-pool.js'
import { TokenSequence } from '../src/token-sequence.js'

const PID = 100
const ERRORS = errorNumbersOf(DEFAULT_WORLD)

function openPool(options: Partial<PortPoolOptions> = {}): PortPool {
  return new PortPool({
    dynamicRange: { startPort: 50_000, count: 40 },
    world: DEFAULT_WORLD,
    errors: ERRORS,
    tokens: new TokenSequence(),
    ...options,
  })
}

function processOf(pid: number): Anchor {
  return { pid, family: 'ipv4', acquired: undefined }
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
  it('gives a wildcard the lowest free run of the dynamic range', () => {
    const pool = openPool()
    granted(pool.acquire(processOf(PID), 50_005, 5))
    expect(granted(pool.acquire(processOf(PID), 0, 6)).startPort).toBe(50_010)
    expect(granted(pool.acquire(processOf(PID), 0, 5)).startPort).toBe(50_000)
    expect(pool.acquire(processOf(PID), 0, 25)).toBe(ERRORS.wildcardRefused)
    expect(granted(pool.acquire(processOf(PID), 0, 24)).startPort).toBe(50_016)
    expect(pool.acquire(processOf(PID), 0, 1)).toBe(ERRORS.wildcardRefused)
  })

  it('accepts a specific range outside the dynamic range, up to port 65535', () => {
    const pool = openPool()
    expect(granted(pool.acquire(processOf(PID), 1, 5)).startPort).toBe(1)
    expect(granted(pool.acquire(processOf(PID), 65_535, 1)).startPort).toBe(65_535)
    expect(pool.acquire(processOf(PID), 65_535, 2)).toBe(WSAEINVAL)
    expect(pool.acquire(processOf(PID), 50_000, 0)).toBe(WSAEINVAL)
  })

  it('has a token for each of 70,000 reservations in turn', () => {
    const pool = openPool()
    const kept = granted(pool.acquire(processOf(PID), 50_000, 1))
    for (let i = 0; i < 70_000; i++) pool.release(granted(pool.acquire(processOf(PID), 50_001, 1)))
    const last = granted(pool.createPersistent(50_001, 1))
    expect(pool.findPersistent(50_001, 1)).toBe(last)
    expect([pool.findToken(last.token), pool.findToken(kept.token)]).toEqual([last, kept])
    expect(pool.bind('127.0.0.1', 50_001, undefined)).toBe(WSAEACCES)
  })

  it('keeps only the reservations that an anchor still holds', () => {
    const pool = openPool()
    const anchor = processOf(PID)
    const first = granted(pool.acquire(anchor, 0, 1))
    const second = granted(pool.acquire(anchor, 0, 1))
    pool.release(first)
    expect(anchor.acquired).toEqual(new Set([second]))
  })

  it('can reserve every port, and again after the release', () => {
    const pool = openPool({ dynamicRange: { startPort: 1, count: 65_535 } })
    const all = granted(pool.acquire(processOf(PID), 0, 65_535))
    expect(pool.acquire(processOf(PID), 0, 1)).toBe(ERRORS.wildcardRefused)
    pool.release(all)
    expect(granted(pool.acquire(processOf(PID), 1, 65_535)).count).toBe(65_535)
  })
})

describe('bind', () => {
  it('takes the ports of a reservation in turn', () => {
    const pool = openPool({ world: { ...DEFAULT_WORLD, portOrder: 'next' } })
    const reservation = granted(pool.acquire(processOf(PID), 50_000, 3))
    const next = () => bound(pool.bind('127.0.0.1', 0, reservation))
    const first = next()
    pool.unbind(first)
    expect([first.port, next().port, next().port, next().port]).toEqual([50_000, 50_001, 50_002, 50_000])
    expect(pool.bind('127.0.0.1', 0, reservation)).toBe(ERRORS.blockExhausted)
  })

  it('fails after the release of the associated reservation', () => {
    const pool = openPool()
    const reservation = granted(pool.acquire(processOf(PID), 50_000, 3))
    pool.release(reservation)
    expect(pool.bind('127.0.0.1', 0, reservation)).toBe(WSAEINVAL)
    expect(pool.bind('127.0.0.1', 50_001, reservation)).toBe(WSAEINVAL)
    expect(bound(pool.bind('127.0.0.1', 50_001, undefined)).port).toBe(50_001)
  })

  it('takes ephemeral ports in turn, without reserved, bound and excluded ones', () => {
    const pool = openPool({ dynamicRange: { startPort: 50_000, count: 8 } })
    granted(pool.acquire(processOf(PID), 50_000, 2))
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

  const EVERY_ADDRESS = [
    ['127.0.0.1', false],
    ['0.0.0.0', false],
    ['::1', false],
    ['::', false],
    ['::', true],
  ] as const

  it.each([
    ['127.0.0.1', false, ['127.0.0.1', '0.0.0.0', '::']],
    ['0.0.0.0', false, ['127.0.0.1', '0.0.0.0', '::']],
    ['::1', false, ['::1', '::', ':: alone']],
    ['::', false, ['127.0.0.1', '0.0.0.0', '::1', '::', ':: alone']],
    ['::', true, ['::1', '::', ':: alone']],
  ] as const)(
    'on %s (ipv6Only: %s) conflicts with every overlapping address, in either order',
    (address, ipv6Only, conflicts) => {
      for (const reuseAddr of [false, true]) {
        const refused = reuseAddr ? WSAEACCES : WSAEADDRINUSE
        const [first, second]: string[][] = [[], []]
        for (const [other, otherIPv6Only] of EVERY_ADDRESS) {
          const name = otherIPv6Only ? `${other} alone` : other
          const [late, early] = [openPool(), openPool()]
          bound(late.bind(address, 50_000, undefined, { ...DEFAULT_BIND_MODE, ipv6Only }))
          const mode = { ...DEFAULT_BIND_MODE, reuseAddr, ipv6Only: otherIPv6Only }
          if (late.bind(other, 50_000, undefined, mode) === refused) first?.push(name)
          bound(early.bind(other, 50_000, undefined, { ...mode, reuseAddr: false }))
          if (early.bind(address, 50_000, undefined, { ...DEFAULT_BIND_MODE, reuseAddr, ipv6Only }) === refused)
            second?.push(name)
        }
        expect([first, second]).toEqual([conflicts, conflicts])
      }
    },
  )

  it('refuses a specific address beside an exclusive wildcard address with WSAEACCES', () => {
    const exclusive = { ...DEFAULT_BIND_MODE, exclusiveAddressUse: true }
    for (const wildcard of ['0.0.0.0', '::']) {
      for (const mode of [undefined, exclusive, { ...DEFAULT_BIND_MODE, reuseAddr: true }]) {
        const pool = openPool()
        const binding = bound(pool.bind(wildcard, 50_000, undefined, exclusive))
        expect(pool.bind('127.0.0.1', 50_000, undefined, mode)).toBe(WSAEACCES)
        expect(pool.bind(wildcard, 50_000, undefined)).toBe(WSAEADDRINUSE)
        pool.unbind(binding)
        bound(pool.bind('127.0.0.1', 50_000, undefined, mode))
        expect(pool.bind('127.0.0.1', 50_000, undefined, exclusive)).toBe(WSAEADDRINUSE)
        expect(pool.bind(wildcard, 50_000, undefined, exclusive)).toBe(WSAEADDRINUSE)
      }
    }
  })

  it("leaves the unspecified addresses of an anchor's port to other sockets, as Windows does", () => {
    const pool = openPool()
    const block = granted(pool.acquire(processOf(PID), 50_000, 1))
    bound(pool.bind('::ffff:127.1.2.3', 0, block, DEFAULT_BIND_MODE, true))
    expect(pool.bind('127.1.2.3', 50_000, block)).toBe(WSAEADDRINUSE)
    expect(pool.bind('0.0.0.0', 0, block)).toBe(errorNumbersOf(DEFAULT_WORLD).blockExhausted)
    const server = bound(pool.bind('0.0.0.0', 50_000, block))
    expect(pool.bind('127.0.0.1', 50_000, block)).toBe(WSAEADDRINUSE)
    pool.unbind(server)
    bound(pool.bind('::', 50_000, block))
  })

  it('shares a port between sockets with reuseAddr, and frees it after the last', () => {
    const pool = openPool()
    const shared = { ...DEFAULT_BIND_MODE, reuseAddr: true }
    const bindings = ['127.0.0.1', '127.0.0.1', '0.0.0.0', '::'].map((address) =>
      bound(pool.bind(address, 50_000, undefined, shared)),
    )
    for (const binding of bindings) {
      expect(pool.bind('127.0.0.1', 50_000, undefined)).toBe(WSAEADDRINUSE)
      expect(pool.acquire(processOf(PID), 50_000, 1)).toBe(WSAEADDRINUSE)
      pool.unbind(binding)
    }
    expect(granted(pool.acquire(processOf(PID), 50_000, 1)).startPort).toBe(50_000)
  })

  it('with reuseAddr and port 0 takes no port in use', () => {
    const pool = openPool({ dynamicRange: { startPort: 50_000, count: 4 } })
    const shared = { ...DEFAULT_BIND_MODE, reuseAddr: true }
    const reservation = granted(pool.acquire(processOf(PID), 50_000, 2))
    for (const from of [reservation, undefined]) {
      const [first, second] = [0, 0].map((port) => bound(pool.bind('127.0.0.1', port, from, shared)))
      expect(first?.port).not.toBe(second?.port)
      const refused = from === undefined ? WSAEADDRINUSE : ERRORS.blockExhausted
      expect(pool.bind('127.0.0.1', 0, from, shared)).toBe(refused)
    }
  })

  it('shares a port between two specific addresses, and frees it after both', () => {
    const pool = openPool()
    const [first, second] = ['127.0.0.1', '127.0.0.2'].map((address) => bound(pool.bind(address, 50_000, undefined)))
    if (first === undefined || second === undefined) throw new Error('not bound')
    expect(pool.bind('127.0.0.1', 50_000, undefined)).toBe(WSAEADDRINUSE)
    pool.unbind(first)
    expect(pool.acquire(processOf(PID), 50_000, 1)).toBe(WSAEADDRINUSE)
    pool.unbind(second)
    expect(granted(pool.acquire(processOf(PID), 50_000, 1)).startPort).toBe(50_000)
  })
})

describe('an exclusion', () => {
  it('over bound or reserved ports stays when they are freed', () => {
    const pool = openPool()
    const binding = bound(pool.bind('127.0.0.1', 50_001, undefined))
    const reservation = granted(pool.acquire(processOf(PID), 50_002, 2))
    pool.exclude(50_000, 4)
    pool.unbind(binding)
    pool.release(reservation)
    for (let port = 50_000; port < 50_004; port++) expect(pool.acquire(processOf(PID), port, 1)).toBe(WSAEADDRINUSE)
    expect(granted(pool.acquire(processOf(PID), 50_004, 1)).startPort).toBe(50_004)
  })
})

describe('a host port', () => {
  const busy = new Set([50_003, 50_010])
  const isHostPortFree = (port: number) => !busy.has(port)

  it('that is in use is neither reserved nor given out', () => {
    const pool = openPool({ dynamicRange: { startPort: 50_000, count: 12 }, host: new HostPorts(isHostPortFree) })
    expect(pool.acquire(processOf(PID), 50_002, 2)).toBe(WSAEADDRINUSE)
    expect(pool.createPersistent(50_002, 2)).toBe(ERROR_SHARING_VIOLATION)
    expect(pool.bind('127.0.0.1', 50_003, undefined)).toBe(WSAEADDRINUSE)
    expect(pool.acquire(processOf(PID), 0, 7)).toBe(ERRORS.wildcardRefused)
    expect(granted(pool.acquire(processOf(PID), 0, 6)).startPort).toBe(50_004)
    const ports = new Set<number>()
    for (let i = 0; i < 4; i++) ports.add(bound(pool.bind('127.0.0.1', 0, undefined)).port)
    expect(ports).toEqual(new Set([50_000, 50_001, 50_002, 50_011]))
    expect(pool.bind('127.0.0.1', 0, undefined)).toBe(WSAEADDRINUSE)
  })

  it('that is taken after the reservation is skipped by bind', () => {
    const taken = new Set<number>()
    const pool = openPool({ host: new HostPorts((port) => !taken.has(port)) })
    const reservation = granted(pool.acquire(processOf(PID), 50_000, 3))
    taken.add(50_000).add(50_001)
    expect(pool.bind('127.0.0.1', 50_001, reservation)).toBe(WSAEADDRINUSE)
    expect(bound(pool.bind('127.0.0.1', 0, reservation)).port).toBe(50_002)
    expect(pool.bind('127.0.0.1', 0, reservation)).toBe(ERRORS.blockExhausted)
  })

  it('that the simulation itself has bound does not count as taken', () => {
    const taken = new Set<number>()
    const pool = openPool({ host: new HostPorts((port) => !taken.has(port)) })
    bound(pool.bind('127.0.0.1', 50_000, undefined))
    taken.add(50_000) // its server listens
    expect(bound(pool.bind('127.0.0.2', 50_000, undefined)).port).toBe(50_000)
  })

  it('that is in use does not hide a free wildcard, wherever the search begins', () => {
    const free = new Set([50_005, 50_006, 50_007])
    for (let i = 0; i < 50; i++) {
      const pool = openPool({
        dynamicRange: { startPort: 50_000, count: 12 },
        host: new HostPorts((port) => free.has(port)),
      })
      expect(granted(pool.acquire(processOf(PID), 0, 3)).startPort).toBe(50_005)
      expect(pool.acquire(processOf(PID), 0, 1)).toBe(ERRORS.wildcardRefused)
    }
  })
})

describe('a persistent reservation', () => {
  it('may contain port 65535, and none past it', () => {
    const pool = openPool()
    expect(pool.createPersistent(65_535, 2)).toBe(ERROR_INVALID_PARAMETER)
    expect(granted(pool.createPersistent(65_535, 1)).pid).toBe(undefined)
    expect(pool.createPersistent(65_535, 1)).toBe(ERROR_SHARING_VIOLATION)
  })

  it('gives its ports from the first again after a reboot', () => {
    const pool = openPool()
    const reservation = granted(pool.createPersistent(50_000, 4))
    expect(bound(pool.bind('127.0.0.1', 0, reservation)).port).toBe(50_000)
    pool.reboot()
    expect(bound(pool.bind('127.0.0.1', 0, reservation)).port).toBe(50_000)
  })

  it('is found only by its exact range, and a runtime reservation is not found', () => {
    const pool = openPool()
    const reservation = granted(pool.createPersistent(50_000, 4))
    granted(pool.acquire(processOf(PID), 50_004, 4))
    expect(pool.findPersistent(50_000, 4)).toBe(reservation)
    for (const [startPort, count] of [
      [50_000, 3],
      [50_000, 5],
      [50_001, 3],
      [50_004, 4],
      [65_535, 9],
    ] as const) {
      expect(pool.findPersistent(startPort, count)).toBe(ERROR_NOT_FOUND)
    }
  })
})
