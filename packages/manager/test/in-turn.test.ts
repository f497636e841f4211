import type { PortRange } from '@winport/transport'
import { inNextTurn } from '@winport/transport/backend'
import { MockKernel } from '@winport/transport-mock'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ReservationManager, type RuntimeReservation } from '../src/index.js'

const MOST_CALLS = 128

describe('calls that are made all at once', () => {
  let kernel: MockKernel
  let manager: ReservationManager
  let [turns, isCounting] = [0, false]
  /** The turns of the event loop in which a control call was made. */
  let made: number[]

  beforeEach(() => {
    kernel = new MockKernel()
    const transport = kernel.openTransport()
    made = []
    const openSocket = transport.openSocket.bind(transport)
    vi.spyOn(transport, 'openSocket').mockImplementation((spec) => {
      const socket = openSocket(spec)
      const startIoctl = socket.startIoctl?.bind(socket)
      socket.startIoctl = (...call) => {
        made.push(turns)
        return startIoctl?.(...call) ?? 0
      }
      return socket
    })
    manager = new ReservationManager({ transport })
    isCounting = true
    const count = () => {
      turns += 1
      if (isCounting) setImmediate(count)
    }
    setImmediate(count)
  })

  afterEach(async () => {
    await manager.close()
    isCounting = false
    vi.restoreAllMocks()
    kernel.assertNothingHeld()
  })

  function mostInOneTurn(): number {
    const counts = new Map<number, number>()
    for (const turn of made) counts.set(turn, (counts.get(turn) ?? 0) + 1)
    return Math.max(...counts.values())
  }

  const acquireMany = (count: number): Promise<RuntimeReservation[]> =>
    Promise.all(Array.from({ length: count }, () => manager.acquire({ protocol: 'tcp', count: 1 })))

  it('are spread over turns of the event loop: acquire, release, close', async () => {
    const blocks = await acquireMany(600)
    expect(made).toHaveLength(600)
    await Promise.all(blocks.slice(300).map((block) => block.release()))
    await manager.close()
    expect(made).toHaveLength(1200)
    expect(mostInOneTurn()).toBe(MOST_CALLS)
  })

  it('are spread over turns of the event loop where each is awaited', async () => {
    for (let i = 0; i < 500; i++) await (await manager.acquire({ protocol: 'tcp', count: 1 })).release()
    expect(made).toHaveLength(1000)
    expect(mostInOneTurn()).toBe(MOST_CALLS)
  })

  it('are spread over turns of the event loop in a search', async () => {
    const held = await manager.acquire({ protocol: 'tcp', count: 600, startPort: 5000 })
    const failures = Promise.allSettled(
      Array.from({ length: 3 }, () => manager.acquire({ protocol: 'tcp', count: 2, startPort: everySecond(held) })),
    )
    for (const { status } of await failures) expect(status).toBe('rejected')
    expect(mostInOneTurn()).toBe(MOST_CALLS)
  })

  it('count as several where they are for many ports', async () => {
    await Promise.all(Array.from({ length: 30 }, () => manager.acquire({ protocol: 'tcp', count: 100 })))
    expect(made).toHaveLength(30)
    expect(mostInOneTurn()).toBeLessThan(10)
  })

  it('have each ended when the next acquire is made, though no release is awaited', async () => {
    const blocks = await acquireMany(300)
    const again = blocks.map((block) => {
      void block.release()
      expect(block.released).toBe(true)
      return manager.acquire(rangeOf(block))
    })
    expect((await Promise.all(again)).map(rangeOf)).toEqual(blocks.map(rangeOf))
  })

  it('are made before a release that follows', async () => {
    const blocks = await acquireMany(300)
    const refused = blocks.map((block) => {
      const acquiring = manager.acquire(rangeOf(block))
      void block.release()
      return acquiring
    })
    const outcomes = await Promise.allSettled(refused)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([])
  })

  it('are made in order also where one follows at the very beginning of their turn', async () => {
    const range = { protocol: 'tcp', startPort: 5000, count: 1 } as const
    const filling = acquireMany(MOST_CALLS)
    const waiting = manager.acquire(range)
    const following = new Promise<RuntimeReservation>((resolve) => {
      inNextTurn(() => resolve(manager.acquire(range)))
    })
    expect(rangeOf(await waiting)).toEqual(range)
    await expect(following).rejects.toMatchObject({ code: 'ERR_PORT_RANGE_IN_USE' })
    await filling
  })

  it('find the ports free of a manager whose close is not awaited', async () => {
    const other = new ReservationManager({ transport: kernel.openTransport() })
    const blocks = await acquireMany(300)
    const closing = manager.close()
    expect(manager.held).toEqual([])
    const again = await Promise.all(blocks.map((block) => other.acquire(rangeOf(block))))
    expect(again.map(rangeOf)).toEqual(blocks.map(rangeOf))
    await Promise.all([closing, other.close()])
  })

  it('of release are each made before a close that follows, and resolve', async () => {
    const blocks = await acquireMany(300)
    const releasing = blocks.map((block) => block.release())
    await manager.close()
    expect(made).toHaveLength(600)
    expect(mostInOneTurn()).toBe(MOST_CALLS)
    await Promise.all(releasing)
  })

  it('of release resolve also where the close of the manager has not ended their blocks yet', async () => {
    const blocks = await acquireMany(300)
    const closing = manager.close()
    await Promise.all(blocks.map((block) => block.release()))
    expect(made).toHaveLength(600)
    await closing
  })

  it('reject where they wait when the manager closes, and leave nothing', async () => {
    const acquiring = Promise.allSettled(
      Array.from({ length: 300 }, () => manager.acquire({ protocol: 'udp', count: 1 })),
    )
    await manager.close()
    let rejected = 0
    for (const outcome of await acquiring) {
      if (outcome.status === 'fulfilled') {
        expect(outcome.value.released).toBe(true)
        continue
      }
      expect(outcome.reason.code).toBe('ERR_RESERVATION_RELEASED')
      rejected += 1
    }
    expect(rejected).toBeGreaterThanOrEqual(300 - MOST_CALLS)
  })
})

function rangeOf({ protocol, startPort, count }: PortRange): PortRange {
  return { protocol, startPort, count }
}

function* everySecond({ startPort, count }: PortRange): Generator<number> {
  for (let port = startPort; port < startPort + count; port += 2) yield port
}
