import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Protocol } from '@winport/transport'
import { DEFAULT_WORLD, type World } from '@winport/transport/backend'
import type { WinsockLibraries } from '@winport/transport/native'
import koffi, { type LibraryHandle } from 'koffi'

// The control interface of the simulator, which include/winsock-simulator.h documents, for tests.

const LIBRARY = process.platform === 'win32' ? dllOf(process.arch) : '../build/linux/libwinsock-simulator.so'

/** The path of the simulator. The variable WINSOCK_SIMULATOR overrides it. */
export const simulatorPath: string =
  process.env['WINSOCK_SIMULATOR'] ?? fileURLToPath(new URL(LIBRARY, import.meta.url))

/** The path of the DLL, for Windows programs of this architecture that tests start from Linux. */
export function simulatorDllPath(arch: string): string {
  return fileURLToPath(new URL(dllOf(arch), import.meta.url))
}

function dllOf(arch: string): string {
  return `../build/mingw-${arch}/winsock-simulator.dll`
}

/** The options that make a native backend load the simulator instead of each Windows library. */
export const simulatorLibraries: WinsockLibraries = {
  winsock: simulatorPath,
  ipHelper: simulatorPath,
  kernel: simulatorPath,
  provider: simulatorPath,
  security: simulatorPath,
}

/** The values of `enum WinsockSimulator_Call`. */
export const SimulatedCall = {
  WSASTARTUP: 0,
  WSACLEANUP: 1,
  SOCKET: 2,
  ACQUIRE: 3,
  ASSOCIATE: 4,
  RELEASE: 5,
  IOCTL: 6,
  BIND: 7,
  GETSOCKNAME: 8,
  SETSOCKOPT: 10,
  GETSOCKOPT: 11,
  CLOSESOCKET: 15,
  WSAGETOVERLAPPEDRESULT: 16,
  CANCELIOEX: 17,
  CREATE_PERSISTENT: 18,
  LOOKUP_PERSISTENT: 19,
  DELETE_PERSISTENT: 20,
  WSPSTARTUP: 21,
  WSPCLEANUP: 22,
  WSAIOCTL: 23,
  WSPIOCTL: 24,
  REGISTERWAIT: 25,
  SOCKETTABLE: 26,
  BOUNDTABLE: 27,
  OPENPROCESS: 28,
  OPENTOKEN: 29,
  SERVICES: 30,
} as const

export type SimulatedCall = (typeof SimulatedCall)[keyof typeof SimulatedCall]

/** A control code of the simulator that does nothing on any socket. */
export const SIO_NOTHING = 0x3800_ff00

/** The latency of calls that wait for {@link WinsockSimulator.releasePending}. */
export const UNTIL_RELEASED = 0xffff_ffff

export interface SimulatorCounts {
  readonly openSockets: number
  readonly boundSockets: number
  readonly runtimeReservations: number
  /** The runtime reservations of all processes that use the pool. */
  readonly runtimeReservationsOfAll: number
  readonly persistentReservations: number
  readonly pendingCalls: number
  readonly startups: number
  /** The WSPStartup calls without a matching WSPCleanup. */
  readonly providerStartups: number
  /** The number of calls since the last reset, indexed by {@link SimulatedCall}. */
  readonly calls: readonly number[]
}

/** Returns the indexes of the bits that are set. */
function entriesOf(bits: number): number[] {
  return Array.from({ length: 15 }, (_, entry) => entry).filter((entry) => (bits & (1 << entry)) !== 0)
}

const COUNTS_SIZE = 288
const CALLS_OFFSET = 32
const IPPROTO = { tcp: 6, udp: 17 } as const

/** The control interface, on a pool of this process. */
export class WinsockSimulator {
  readonly pool: string
  readonly dynamicRange: { readonly startPort: number; readonly count: number }
  #world: World = DEFAULT_WORLD
  readonly #library: LibraryHandle
  readonly #counts = new Uint8Array(COUNTS_SIZE)

  /**
   * @param dynamicRange that of both protocols; tests bind these ports for real, so test files must not share a range
   * @param world default: DEFAULT_WORLD, point by point
   */
  constructor(
    pool: string,
    dynamicRange: { readonly startPort: number; readonly count: number },
    world: Partial<World> = {},
  ) {
    if (!existsSync(simulatorPath))
      throw new Error(`The simulator is not built: ${simulatorPath} does not exist. Run \`pnpm build\` first.`)
    this.pool = `${pool}-${process.pid}`
    this.dynamicRange = dynamicRange
    this.#library = koffi.load(simulatorPath)
    this.#call('uint32_t UsePool(const char *name)', this.pool)
    this.setWorld(world)
    this.reset()
  }

  get world(): World {
    return this.#world
  }

  /** Sets how the pool answers from now on. Default: DEFAULT_WORLD, point by point. */
  setWorld(world: Partial<World>): void {
    const complete = { ...DEFAULT_WORLD, ...world }
    const answers = Object.entries(complete).map(([point, answer]) => `${point}=${answer}`)
    this.#call('uint32_t SetWorld(const char *description)', answers.join(','))
    this.#world = complete
  }

  /** Returns the pool and this process to their initial state. Pending calls fail. */
  reset(): void {
    this.#call('uint32_t Reset()')
    for (const protocol of ['tcp', 'udp'] as const) {
      const { startPort, count } = this.dynamicRange
      this.#call(
        'uint32_t SetDynamicRange(int32_t protocol, uint16_t start, uint16_t count)',
        IPPROTO[protocol],
        startPort,
        count,
      )
    }
  }

  setElevated(elevated: boolean): void {
    this.#call('uint32_t SetElevated(int32_t elevated)', elevated ? 1 : 0)
  }

  addExclusion(protocol: Protocol, startPort: number, count: number): void {
    const prototype = 'uint32_t AddExclusion(int32_t protocol, uint16_t start, uint16_t count)'
    this.#call(prototype, IPPROTO[protocol], startPort, count)
  }

  /** Sets how long each later call of the kind takes. */
  setLatency(call: SimulatedCall, milliseconds: number): void {
    this.#call('uint32_t SetLatency(int32_t call, uint32_t milliseconds)', call, milliseconds)
  }

  /** Releases calls that wait until released, the oldest first, and returns how many there were. */
  releasePending(count: number): number {
    return this.#function('uint32_t ReleasePending(uint32_t count)')(count)
  }

  get pendingCalls(): number {
    return this.#function('uint32_t PendingCount()')()
  }

  /** Makes the nth next call of the kind fail without effect. */
  failNext(call: SimulatedCall, errno: number, nth = 1): void {
    this.#call('uint32_t FailNext(int32_t call, uint32_t nth, int32_t error)', call, nth, errno)
  }

  /** Makes the 15 upcalls of the last WSPStartup on a separate thread. The numbers are indexes into WSPUPCALLTABLE. */
  tryUpcalls(): { readonly wrong: readonly number[]; readonly refused: readonly number[] } {
    const refused = new Uint32Array(1)
    const wrong: number = this.#function('uint32_t TryUpcalls(void *refused)')(refused)
    return { wrong: entriesOf(wrong), refused: entriesOf(refused[0] ?? 0) }
  }

  reboot(): void {
    this.#call('uint32_t Reboot()')
  }

  counts(): SimulatorCounts {
    this.#call('uint32_t Counts(void *result)', this.#counts)
    const view = new DataView(this.#counts.buffer)
    const field = (index: number) => view.getUint32(index * 4, true)
    return {
      openSockets: field(0),
      boundSockets: field(1),
      runtimeReservations: field(2),
      runtimeReservationsOfAll: field(3),
      persistentReservations: field(4),
      pendingCalls: field(5),
      startups: field(6),
      providerStartups: field(7),
      calls: Array.from({ length: 32 }, (_, i) => Number(view.getBigUint64(CALLS_OFFSET + i * 8, true))),
    }
  }

  /** Removes the pool from this machine. */
  destroy(): void {
    this.#function('uint32_t DestroyPool(const char *name)')(null)
  }

  #call(prototype: string, ...passed: readonly (number | string | Uint8Array)[]): void {
    const error = this.#function(prototype)(...passed)
    if (error !== 0) throw new Error(`${prototype} failed: ${error}`)
  }

  readonly #functions = new Map<string, ReturnType<LibraryHandle['func']>>()

  #function(prototype: string): ReturnType<LibraryHandle['func']> {
    const declared = this.#functions.get(prototype) ?? this.#library.func(prototype.replace(' ', ' WinsockSimulator_'))
    this.#functions.set(prototype, declared)
    return declared
  }
}
