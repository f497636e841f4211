import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Protocol } from '@winport/transport'
import type { WinsockLibraries } from '@winport/transport/native'
import koffi, { type LibraryHandle } from 'koffi'

// What tests of every native backend need of the simulator: its control interface (include/winsock-simulator.h).

const BUILD = '../build/'
const LIBRARY = process.platform === 'win32' ? 'win32-x64/winsock-simulator.dll' : 'linux-x64/libwinsock-simulator.so'

/** The simulator's library. WINSOCK_SIMULATOR names another one. */
export const simulatorPath: string =
  process.env['WINSOCK_SIMULATOR'] ?? fileURLToPath(new URL(BUILD + LIBRARY, import.meta.url))

/** The simulator as a DLL, for programs that are run as Windows programs from here. */
export const simulatorDllPath: string = fileURLToPath(
  new URL(`${BUILD}win32-x64/winsock-simulator.dll`, import.meta.url),
)

/** The simulator in the place of all of Windows' libraries. */
export const simulatorLibraries: WinsockLibraries = {
  winsock: simulatorPath,
  ipHelper: simulatorPath,
  kernel: simulatorPath,
  provider: simulatorPath,
}

/** The numbers of enum WinsockSimulator_Call. */
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
} as const

export type SimulatedCall = (typeof SimulatedCall)[keyof typeof SimulatedCall]

/** A control code of the simulator's own: it does nothing, at once, on any socket. */
export const SIO_NOTHING = 0x3800_ff00

/** The latency of a call that waits until it is released. */
export const UNTIL_RELEASED = 0xffff_ffff

export interface SimulatorCounts {
  readonly openSockets: number
  readonly boundSockets: number
  readonly runtimeReservations: number
  /** Those of every process that uses the pool. */
  readonly runtimeReservationsOfAll: number
  readonly persistentReservations: number
  readonly pendingCalls: number
  readonly startups: number
  /** WSPStartup calls that are not balanced by WSPCleanup. */
  readonly providerStartups: number
  /** Calls since the last reset, by {@link SimulatedCall}. */
  readonly calls: readonly number[]
}

/** The numbers of the bits that are set. */
function entriesOf(bits: number): number[] {
  return Array.from({ length: 15 }, (_, entry) => entry).filter((entry) => (bits & (1 << entry)) !== 0)
}

const COUNTS_SIZE = 288
const CALLS_OFFSET = 32
const IPPROTO = { tcp: 6, udp: 17 } as const

/** The control interface, for one pool of this process' own. */
export class WinsockSimulator {
  readonly pool: string
  readonly dynamicRange: { readonly startPort: number; readonly count: number }
  readonly #library: LibraryHandle
  readonly #counts = new Uint8Array(COUNTS_SIZE)

  /** @param dynamicRange of both protocols; one for every test file, because the ports are bound for real */
  constructor(pool: string, dynamicRange: { readonly startPort: number; readonly count: number }) {
    if (!existsSync(simulatorPath))
      throw new Error(`Build tooling/winsock-simulator first: there is no ${simulatorPath}`)
    this.pool = `${pool}-${process.pid}`
    this.dynamicRange = dynamicRange
    this.#library = koffi.load(simulatorPath)
    this.#call('uint32_t UsePool(const char *name)', this.pool)
    this.reset()
  }

  /** Everything as it was at the start; pending calls fail. */
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

  /** How long each later call of the kind takes. */
  setLatency(call: SimulatedCall, milliseconds: number): void {
    this.#call('uint32_t SetLatency(int32_t call, uint32_t milliseconds)', call, milliseconds)
  }

  /** Lets calls that wait until released go on, oldest first, and returns how many. */
  releasePending(count: number): number {
    return this.#function('uint32_t ReleasePending(uint32_t count)')(count)
  }

  get pendingCalls(): number {
    return this.#function('uint32_t PendingCount()')()
  }

  /** The nth next call of the kind fails and has no effect. */
  failNext(call: SimulatedCall, errno: number, nth = 1): void {
    this.#call('uint32_t FailNext(int32_t call, uint32_t nth, int32_t error)', call, nth, errno)
  }

  /** Makes the 15 upcalls that WSPStartup was given last, on a thread of a provider's: their numbers in the table. */
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

  /** Removes the pool from the machine. */
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
