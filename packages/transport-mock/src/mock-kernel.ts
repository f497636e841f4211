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
import type { PortRange, Protocol } from '@winport/transport'
import { checkProtocol, codeOf, isHostPortFree, type World } from '@winport/transport/backend'
import type { FaultPlan } from './fault-plan.js'
import { HostPorts } from './host-ports.js'
import { type KernelSnapshot, takeSnapshot } from './kernel-snapshot.js'
import type { KernelState } from './kernel-state.js'
import { errorNumbersOf, resolveWorld } from './kernel-world.js'
import { MockProcess } from './mock-process.js'
import type { MockTransport } from './mock-transport.js'
import { PlannedFaults } from './planned-faults.js'
import { type DynamicRange, PortPool } from './port-pool.js'
import { TokenSequence } from './token-sequence.js'

export interface MockKernelOptions {
  /** Where wildcard reservations and ephemeral ports lie. Defaults to 49152 to 65535, as on Windows. */
  readonly dynamicRange?: DynamicRange
  /** Administered exclusions. Defaults to none. */
  readonly exclusions?: readonly PortRange[]
  /** The Windows build. There are no port reservations before 6000, Windows Vista. Defaults to 26100. */
  readonly windowsBuild?: number
  /**
   * Whether a port that is in use on the host counts as bound by another process. Wildcards then begin at a random place,
   * so that servers can listen on reserved ports while other tests run. Costs a bind on the host per port. Defaults to
   * false: the kernel ignores the host and gives out the lowest ports first.
   */
  readonly avoidHostPorts?: boolean
  /** How this Windows answers where no document says. Each point that is absent is that of `DEFAULT_WORLD`. */
  readonly world?: Partial<World>
}

export interface OpenTransportOptions {
  /** An unused process id, 1 to 4294967295. Chosen by default. */
  readonly pid?: number
  /** Whether the process runs as an elevated administrator. Defaults to false. */
  readonly elevated?: boolean
}

/** A simulated Windows machine: its ports, and the processes that reserve and bind them. */
export class MockKernel {
  readonly dynamicRange: DynamicRange
  readonly windowsBuild: number
  /** How this Windows answers where no document says. */
  readonly world: World
  /** Makes future calls fail or wait. */
  readonly faults: FaultPlan
  readonly #state: KernelState
  #nextPid = 4000

  /** @throws TypeError, RangeError for an invalid option */
  constructor(options: MockKernelOptions = {}) {
    const { dynamicRange = DEFAULT_DYNAMIC_RANGE, windowsBuild = 26_100, avoidHostPorts = false } = options
    checkRange('dynamicRange', dynamicRange)
    checkUnsigned('windowsBuild', windowsBuild, UINT32_MAX)
    checkBoolean('avoidHostPorts', avoidHostPorts)
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
        host: avoidHostPorts ? new HostPorts((port) => isFreeOnHost(protocol, port)) : undefined,
      })
    const faults = new PlannedFaults()
    this.faults = faults
    this.#state = {
      id: `${process.pid}-${process.hrtime.bigint()}-${Math.random()}`, // node:crypto takes longer to load than this package
      dynamicRange,
      pools: { tcp: makePool('tcp'), udp: makePool('udp') },
      faults,
      supported: windowsBuild >= WINDOWS_VISTA,
      world,
      errors,
      processes: new Set(),
      sockets: new Set(),
    }
    for (const exclusion of options.exclusions ?? []) this.addExclusion(exclusion)
  }

  /** Starts a process. @throws RangeError if another process has the pid */
  openTransport({ pid = this.#unusedPid(), elevated = false }: OpenTransportOptions = {}): MockTransport {
    checkUnsigned('pid', pid, UINT32_MAX, 1)
    checkBoolean('elevated', elevated)
    if (this.#hasProcess(pid)) throw outOfRange('pid', 'an unused pid', pid)
    const process = new MockProcess(this.#state, pid, elevated)
    this.#state.processes.add(process)
    return process
  }

  /** Adds an administered exclusion, as `netsh int ipv4 add excludedportrange` does. */
  addExclusion(range: PortRange): void {
    checkRange('exclusion', range)
    checkProtocol(range.protocol)
    this.#state.pools[range.protocol].exclude(range.startPort, range.count)
  }

  /**
   * Restarts the machine. Every socket and runtime reservation ends; persistent reservations stay, with new tokens. The
   * transports stay usable, as if their programs had been started again.
   */
  reboot(): void {
    const { processes, sockets, pools } = this.#state
    for (const process of processes) process.abortCalls()
    for (const socket of [...sockets]) socket.leave()
    for (const pool of Object.values(pools)) pool.reboot()
  }

  /** Every process, socket, reservation and exclusion. */
  inspect(): KernelSnapshot {
    return takeSnapshot(this.#state)
  }

  /** Checks that no socket is open and no runtime reservation held. @throws Error that lists those that are */
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

  #hasProcess(pid: number): boolean {
    for (const process of this.#state.processes) if (process.pid === pid) return true
    return false
  }

  #unusedPid(): number {
    do this.#nextPid += 4
    while (this.#hasProcess(this.#nextPid))
    return this.#nextPid
  }
}

/** Where this runtime cannot probe ports, none counts as used: a server that uses a busy port fails when it listens. */
function isFreeOnHost(protocol: Protocol, port: number): boolean {
  try {
    return isHostPortFree(protocol, port)
  } catch (error) {
    if (codeOf(error) !== 'ERR_ADOPTION_UNSUPPORTED') throw error
    return true
  }
}

function checkRange(name: string, range: DynamicRange): void {
  checkObject(name, range)
  checkUnsigned(`${name}.startPort`, range.startPort, LAST_PORT, 1)
  checkUnsigned(`${name}.count`, range.count, LAST_PORT + 1 - range.startPort, 1)
}
