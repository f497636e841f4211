import {
  checkBoolean,
  checkObject,
  checkUnsigned,
  DEFAULT_DYNAMIC_RANGE,
  LAST_PORT,
  outOfRange,
  UINT32_MAX,
  WINDOWS_VISTA,
} from '@winport/definitions'
import type { AddressFamily, PortRange, Protocol } from '@winport/transport'
import { checkProtocol, isHostPortFree, type World } from '@winport/transport/backend'
import { FaultPlan } from './fault-plan.js'
import type { KernelSnapshot, ReservationSnapshot, SocketSnapshot } from './kernel-snapshot.js'
import { type ErrorNumbers, errorNumbersOf, resolveWorld } from './kernel-world.js'
import { MockSocket } from './mock-socket.js'
import { MockTransport } from './mock-transport.js'
import { type DynamicRange, PortPool } from './port-pool.js'
import { TokenSequence } from './token-sequence.js'

export interface MockKernelOptions {
  /** Where wildcard reservations and ephemeral ports come from. Defaults to Windows' 49152 to 65535. */
  readonly dynamicRange?: DynamicRange
  /** Administered exclusions to begin with. */
  readonly exclusions?: readonly PortRange[]
  /** Windows' build number. Before 6000, Windows Vista, there are no port reservations. Defaults to 26100. */
  readonly windowsBuild?: number
  /**
   * Count a port that is taken on this very machine as bound by somebody, and begin wildcards at a random place, so
   * that servers really can listen on what is reserved even while other tests run. Costs a real bind per port. Off by
   * default: then the kernel is a pure simulation, and gives the lowest ports first.
   */
  readonly avoidHostPorts?: boolean
  /** How this Windows answers where no document settles it. Defaults to `DEFAULT_WORLD`, point by point. */
  readonly world?: Partial<World>
}

export interface OpenTransportOptions {
  /** Defaults to one that no other process has. */
  readonly pid?: number
  /** Whether the process runs as an elevated administrator. Defaults to false. */
  readonly elevated?: boolean
}

/** @internal What transports and sockets see of their kernel. */
export interface KernelState {
  readonly pools: Readonly<Record<Protocol, PortPool>>
  readonly faults: FaultPlan
  readonly supported: boolean
  readonly world: World
  readonly errors: ErrorNumbers
  addSocket(transport: MockTransport, protocol: Protocol, family: AddressFamily, pool: PortPool | undefined): MockSocket
  removeProcess(transport: MockTransport): void
}

/** A simulated Windows machine: its ports, and the processes that reserve and bind them. */
export class MockKernel {
  readonly dynamicRange: DynamicRange
  readonly windowsBuild: number
  readonly world: World
  /** Makes calls to come fail, or wait. */
  readonly faults: FaultPlan = new FaultPlan()
  readonly #processes = new Set<MockTransport>()
  readonly #sockets = new Set<MockSocket>()
  readonly #pools: Readonly<Record<Protocol, PortPool>>
  readonly #state: KernelState
  #nextPid = 4000

  constructor(options: MockKernelOptions = {}) {
    const { dynamicRange = DEFAULT_DYNAMIC_RANGE, windowsBuild = 26_100 } = options
    checkRange('dynamicRange', dynamicRange)
    checkUnsigned('windowsBuild', windowsBuild, UINT32_MAX)
    this.dynamicRange = dynamicRange
    this.windowsBuild = windowsBuild
    const world = resolveWorld(options.world)
    this.world = world
    const errors = errorNumbersOf(world)
    const tokens = new TokenSequence()
    const makePool = (protocol: Protocol) =>
      new PortPool({
        dynamicRange,
        world,
        errors,
        tokens,
        isHostPortFree: options.avoidHostPorts === true ? (port) => isHostPortFree(protocol, port) : undefined,
      })
    this.#pools = { tcp: makePool('tcp'), udp: makePool('udp') }
    this.#state = {
      pools: this.#pools,
      faults: this.faults,
      supported: windowsBuild >= WINDOWS_VISTA,
      world,
      errors,
      addSocket: (transport, protocol, family, pool) => this.#addSocket(transport, protocol, family, pool),
      removeProcess: (transport) => this.#removeProcess(transport),
    }
    for (const exclusion of options.exclusions ?? []) this.addExclusion(exclusion)
  }

  /** Starts a process. @throws RangeError if another one has the pid */
  openTransport({ pid = this.#unusedPid(), elevated = false }: OpenTransportOptions = {}): MockTransport {
    checkUnsigned('pid', pid, 0xffff_ffff, 1)
    checkBoolean('elevated', elevated)
    if (this.#hasProcess(pid)) throw outOfRange('pid', 'the number of no other process', pid)
    const transport = new MockTransport(this.#state, pid, elevated)
    this.#processes.add(transport)
    return transport
  }

  /** Excludes a range, as `netsh int ipv4 add excludedportrange` does. */
  addExclusion(range: PortRange): void {
    checkRange('exclusion', range)
    checkProtocol(range.protocol)
    this.#pools[range.protocol].exclude(range.startPort, range.count)
  }

  /**
   * Restarts the machine. Every socket and runtime reservation is gone; persistent reservations stay, with new tokens.
   * The transports stay usable, as if their programs had been started again.
   */
  reboot(): void {
    for (const process of this.#processes) process.abortCalls()
    for (const socket of [...this.#sockets]) socket.leave()
    for (const pool of Object.values(this.#pools)) pool.reboot()
  }

  /** Who holds what. */
  inspect(): KernelSnapshot {
    return {
      processes: [...this.#processes].map(({ pid, elevated }) => ({ pid, elevated })),
      sockets: [...this.#sockets].map(describeSocket),
      reservations: PROTOCOLS.flatMap((protocol) => describeReservations(protocol, this.#pools[protocol])),
      exclusions: PROTOCOLS.flatMap((protocol) =>
        this.#pools[protocol].exclusions().map(({ startPort, count }) => ({ protocol, startPort, count })),
      ),
    }
  }

  /**
   * For the end of a test: checks that no socket is open and no runtime reservation held.
   *
   * @throws Error that lists what is
   */
  assertNothingHeld(): void {
    const { sockets, reservations } = this.inspect()
    const held = [
      ...reservations
        .filter(({ kind }) => kind === 'runtime')
        .map(
          ({ protocol, startPort, endPort, pid }) => `${protocol} ${startPort}-${endPort} reserved by process ${pid}`,
        ),
      ...sockets.map(({ protocol, port, state, pid }) => {
        return `${protocol} socket ${port === undefined ? 'not bound' : `on port ${port}`}, ${state}, of process ${pid}`
      }),
    ]
    if (held.length > 0) throw new Error(`Still held on the simulated machine:\n  ${held.join('\n  ')}`)
  }

  #addSocket(
    transport: MockTransport,
    protocol: Protocol,
    family: AddressFamily,
    pool: PortPool | undefined,
  ): MockSocket {
    const { faults, supported, world, errors } = this.#state
    const home = { transport, pool, faults, supported, world, errors, forget: this.#forget }
    const socket = new MockSocket(protocol, family, home)
    this.#sockets.add(socket)
    return socket
  }

  readonly #forget = (socket: MockSocket): void => {
    this.#sockets.delete(socket)
  }

  /** Sockets that Node has adopted stay: in this one real process, somebody may still be serving on them. */
  #removeProcess(transport: MockTransport): void {
    this.#processes.delete(transport)
    for (const socket of [...this.#sockets]) {
      if (socket.home.transport === transport && socket.state === 'open') socket.leave()
    }
  }

  #hasProcess(pid: number): boolean {
    for (const process of this.#processes) if (process.pid === pid) return true
    return false
  }

  #unusedPid(): number {
    do this.#nextPid += 4
    while (this.#hasProcess(this.#nextPid))
    return this.#nextPid
  }
}

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp']

function checkRange(name: string, range: DynamicRange): void {
  checkObject(name, range)
  checkUnsigned(`${name}.startPort`, range.startPort, LAST_PORT, 1)
  checkUnsigned(`${name}.count`, range.count, LAST_PORT + 1 - range.startPort, 1)
}

function describeSocket(socket: MockSocket): SocketSnapshot {
  const { protocol, family, state, binding, pendingCalls, home } = socket
  const { address, port } = binding ?? { address: undefined, port: undefined }
  return { pid: home.transport.pid, protocol, family, state, address, port, pendingCalls }
}

function describeReservations(protocol: Protocol, pool: PortPool): readonly ReservationSnapshot[] {
  return pool.reservations().map(({ startPort, count, token, pid }) => {
    const ports = Array.from({ length: count }, (_, i) => startPort + i)
    return {
      kind: pid === undefined ? 'persistent' : 'runtime',
      protocol,
      startPort,
      endPort: startPort + count - 1,
      count,
      token,
      pid,
      boundPorts: ports.filter((port) => pool.isBound(port)),
    }
  })
}
