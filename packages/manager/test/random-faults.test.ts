import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import type { Server, Socket } from 'node:net'
import { type HeldMockCall, type MockCall, MockKernel } from '@winport/transport-mock'
import { describe, expect, it, vi } from 'vitest'
import {
  type AcquireMatchedOptions,
  type PersistentReservation,
  ReservationManager,
  type RuntimeReservation,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { RandomChoice } from './random-choice.js'
import { greeter } from './real-request.js'
import { realPorts } from './simulated-machine.js'

const host = '127.0.0.1'
const calls: [MockCall, ...MockCall[]] = [
  'WSASocketW',
  'SIO_ACQUIRE_PORT_RESERVATION',
  'SIO_ASSOCIATE_PORT_RESERVATION',
  'SIO_RELEASE_PORT_RESERVATION',
  'bind',
  'getsockname',
  'closesocket',
  'CreatePersistentPortReservation',
  'LookupPersistentPortReservation',
  'DeletePersistentPortReservation',
  'listen',
  'adopt',
  'connect',
]
const waiting: [MockCall, ...MockCall[]] = [
  'SIO_ACQUIRE_PORT_RESERVATION',
  'SIO_ASSOCIATE_PORT_RESERVATION',
  'SIO_RELEASE_PORT_RESERVATION',
  'CreatePersistentPortReservation',
  'LookupPersistentPortReservation',
  'DeletePersistentPortReservation',
  'listen',
  'adopt',
  'connect',
]
const errors: [string, ...string[]] = [
  'WSAEADDRINUSE',
  'WSAEACCES',
  'WSAEINVAL',
  'WSAENOBUFS',
  'WSAEMFILE',
  'WSAENETDOWN',
  'WSAEAFNOSUPPORT',
  'WSAENOTSOCK',
  'WSAECONNREFUSED',
  'WSA_OPERATION_ABORTED',
]

/** Random operations of a manager on a system that fails and delays at random. */
class RandomOperations {
  readonly #choice: RandomChoice
  readonly kernel = new MockKernel(realPorts)
  readonly manager: ReservationManager
  readonly outcomes: Promise<unknown>[] = []
  readonly #blocks: RuntimeReservation[] = []
  readonly #persistent: PersistentReservation[] = []
  readonly #holds: HeldMockCall[] = []
  readonly #controllers: AbortController[] = []
  readonly #servers: Server[] = []
  readonly #sockets: (Socket | DatagramSocket)[] = []
  readonly #ranges: { protocol: 'tcp' | 'udp'; startPort: number; count: number }[] = []

  constructor(seed: number) {
    this.#choice = new RandomChoice(seed)
    this.manager = new ReservationManager({ transport: this.kernel.openTransport({ elevated: true }) })
  }

  async run(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) {
      this.#step()
      if (this.#choice.chance(0.3)) await new Promise(setImmediate)
    }
  }

  /** Ends in order: waits for every call, releases every block, closes every server and socket. */
  async endInOrder(): Promise<void> {
    this.kernel.faults.clear()
    for (const hold of this.#holds) hold.complete()
    await Promise.allSettled(this.outcomes)
    for (const block of this.manager.held) await block.release()
    await this.#closeServersAndSockets() // before the manager, whose close would hide a leak
    await this.manager.close()
  }

  /** Closes the manager while calls are under way. */
  async endAtOnce(): Promise<void> {
    const closed = Promise.allSettled([this.manager.close()])
    this.kernel.faults.clear()
    for (const hold of this.#holds) hold.complete()
    await closed
    await Promise.allSettled(this.outcomes)
    await this.#closeServersAndSockets()
  }

  async #closeServersAndSockets(): Promise<void> {
    for (const socket of this.#sockets) {
      if ('destroy' in socket) socket.destroy()
      else socket.close()
    }
    for (const server of this.#servers) server.close()
    await vi.waitFor(() => this.kernel.assertNothingHeld(), { timeout: 60_000 })
  }

  #step(): void {
    const choice = this.#choice
    switch (choice.integer(0, 13)) {
      case 0:
        this.kernel.faults.fail(choice.of(calls), choice.of(errors), { nth: choice.integer(1, 3) })
        break
      case 1:
        this.#holds.push(this.kernel.faults.hold(choice.of(waiting), { nth: choice.integer(1, 2) }))
        break
      case 2:
        this.#answerHold()
        break
      case 3:
        this.#controllers[choice.integer(0, this.#controllers.length)]?.abort()
        break
      case 4:
      case 5:
        this.#acquire()
        break
      case 6:
        this.#usePersistent()
        break
      case 7:
      case 8:
        this.#watch(this.#blocks[choice.integer(0, this.#blocks.length)]?.release({ signal: this.#signal() }))
        break
      default:
        this.#use(this.#anyBlock())
    }
  }

  #answerHold(): void {
    const [hold] = this.#holds.splice(this.#choice.integer(0, this.#holds.length), 1)
    if (this.#choice.chance(0.5)) hold?.complete()
    else hold?.fail(this.#choice.of(errors))
  }

  #acquire(): void {
    const protocol = this.#choice.of(['tcp', 'udp'])
    const request = { count: this.#choice.integer(1, 4), signal: this.#signal() }
    const { startPort } = this.kernel.dynamicRange
    const from = startPort + this.#choice.integer(0, 9)
    const place = this.#choice.of<Omit<AcquireMatchedOptions, 'count'>>([
      {},
      { startPort: [from, from + 3, 0] },
      { within: [from, from + 9] },
      { within: [from, from + 9], order: 'random', fallback: 'anywhere', exclude: [from + 4] },
      { exclude: [from, from + 5] },
    ])
    if (this.#choice.chance(0.3)) {
      const matched = this.manager.acquireMatched({ ...request, ...place })
      this.#watch(matched.then((block) => this.#blocks.push(block.tcp, block.udp)))
    } else {
      this.#watch(this.manager.acquire({ protocol, ...request, ...place }).then((block) => this.#blocks.push(block)))
    }
  }

  #usePersistent(): void {
    const { startPort } = this.kernel.dynamicRange
    const fresh = {
      protocol: this.#choice.of(['tcp', 'udp']),
      startPort: startPort + this.#choice.integer(0, 999),
      count: 2,
    }
    const known = this.#ranges[this.#choice.integer(0, this.#ranges.length)]
    const range = known ?? fresh
    this.#ranges.push(range)
    const call = this.#choice.of(['create', 'lookup', 'delete', 'ensure', 'open'])
    const outcome: Promise<PersistentReservation | undefined> = this.manager.persistent[call](range, {
      signal: this.#signal(),
    }).then((block) => block ?? undefined)
    this.#watch(outcome.then((block) => (block === undefined ? undefined : this.#persistent.push(block))))
  }

  #anyBlock(): RuntimeReservation | PersistentReservation | undefined {
    const blocks = [...this.#blocks, ...this.#persistent]
    return blocks[this.#choice.integer(0, blocks.length)]
  }

  #use(block: RuntimeReservation | PersistentReservation | undefined): void {
    if (block === undefined) return
    const port = this.#choice.chance(0.3) ? block.startPort : 0
    const at = this.#choice.chance(0.3) ? undefined : host
    const signal = this.#signal()
    if (block.protocol === 'udp') {
      const socket = createSocket('udp4')
      this.#sockets.push(socket)
      this.#watch(block.bind(socket, { host: at, port, reuseAddr: this.#choice.chance(0.3), signal }))
    } else if (this.#choice.chance(0.6)) {
      const server = greeter()
      this.#servers.push(server)
      this.#watch(block.listen(server, { host: at, port, signal }))
    } else {
      const target = this.#choice.chance(0.7) ? this.#listeningPort() : undefined
      const connecting = block.connect({ host, port: target ?? 9, localPort: port, signal })
      this.#watch(connecting.then((socket) => this.#sockets.push(socket.on('error', () => {}))))
    }
  }

  #listeningPort(): number | undefined {
    const address = this.#servers.find(({ listening }) => listening)?.address()
    return typeof address === 'object' ? address?.port : undefined
  }

  #signal(): AbortSignal | undefined {
    if (this.#choice.chance(0.6)) return undefined
    const controller = new AbortController()
    this.#controllers.push(controller)
    return controller.signal
  }

  #watch(outcome: Promise<unknown> | undefined): void {
    if (outcome === undefined) return
    outcome.catch(() => {}) // checked at the end
    this.outcomes.push(outcome)
  }
}

describe('a manager over a system that fails at random', () => {
  const runs = Array.from({ length: 25 }, (_, i) => 0x5eed + i * 7919).flatMap((seed) => [
    { seed, end: 'endInOrder' } as const,
    { seed, end: 'endAtOnce' } as const,
  ])

  it.each(runs)('gives everything back, and every failure has a code: seed $seed, $end', async ({ seed, end }) => {
    const operations = new RandomOperations(seed)
    await operations.run(80)
    await operations[end]()
    expect(operations.kernel.inspect().processes).toEqual([])
    expect(operations.manager.held).toEqual([])
    for (const outcome of await Promise.allSettled(operations.outcomes)) {
      if (outcome.status === 'fulfilled') continue
      const failure = await failureOf(Promise.reject(outcome.reason))
      expect(failure.code, String(failure.stack)).toMatch(/^(ERR_|E[A-Z]|ABORT_ERR|WSA|ERROR_|UNKNOWN)/)
    }
  })
})
