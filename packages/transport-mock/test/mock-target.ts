import { controlCodeName } from '@winport/definitions'
import type { Transport } from '@winport/transport'
import { DEFAULT_WORLD, type World } from '@winport/transport/backend'
import {
  type ConformanceFeature,
  type ConformanceMachine,
  type ConformanceTarget,
  hasIPv6,
  TransportProcess,
} from '@winport/transport/conformance'
import { type MockCall, MockKernel, type MockTransport } from '../src/index.js'
import { MockProcess } from '../src/mock-process.js'

/** A change to a target, which the suite must notice. */
export interface TargetFault {
  /** Changes a transport when it is opened. */
  readonly transport?: (transport: MockTransport, kernel: MockKernel) => Transport
  /** Changes the machine. */
  readonly machine?: (machine: ConformanceMachine, kernel: MockKernel) => ConformanceMachine
}

export interface MockTargetOptions {
  readonly fault?: TargetFault
  /** Slow, but needed for real traffic through real ports. Defaults to true. */
  readonly avoidHostPorts?: boolean
  /** How the kernel answers where it does not answer by default. */
  readonly world?: Partial<World>
  /** The world that the target states. Defaults to the kernel's. `null` states none. */
  readonly stated?: World | null
}

/** The mock as the given build of Windows, with the features that the suite can use there. */
export function mockTarget(
  name: string,
  windowsBuild: number,
  features: readonly ConformanceFeature[],
  { fault = {}, avoidHostPorts = true, world = {}, stated = { ...DEFAULT_WORLD, ...world } }: MockTargetOptions = {},
): ConformanceTarget {
  return {
    name,
    features: new Set(features),
    ...(stated === null ? {} : { world: stated }),
    openMachine: () => {
      const kernel = new MockKernel({ windowsBuild, avoidHostPorts, world })
      let pid = 1000
      const open = (elevated: boolean) => {
        const sound = kernel.openTransport({ pid: ++pid, elevated })
        return { sound, transport: fault.transport?.(sound, kernel) ?? sound }
      }
      const machine: ConformanceMachine = {
        windowsBuild,
        dynamicRange: kernel.dynamicRange,
        openTransport: ({ elevated = true } = {}) => open(elevated).transport,
        openProcess: ({ elevated = false } = {}) => {
          const { sound, transport } = open(elevated)
          return new TransportProcess(transport, () => sound.exit())
        },
        openOtherSocket: (transport) => {
          if (!(transport instanceof MockProcess)) throw new TypeError('not a transport of the mock')
          return transport.openOtherSocket()
        },
        addExclusion: (protocol, startPort, count) => kernel.addExclusion({ protocol, startPort, count }),
        failNext: (code, errno) => kernel.faults.fail(controlCodeName(code) as MockCall, errno),
        holdNext: (code) => kernel.faults.hold(controlCodeName(code) as MockCall),
        reboot: () => kernel.reboot(),
        leftovers: () => {
          const { sockets, reservations } = kernel.inspect()
          return { sockets: sockets.length, reservations: reservations.length }
        },
        [Symbol.asyncDispose]: async () => {},
      }
      return fault.machine?.(machine, kernel) ?? machine
    },
  }
}

export const MODERN_BUILD = 26_100
export const LEGACY_BUILD = 2600

export const MODERN_FEATURES: readonly ConformanceFeature[] = [
  'runtime-reservations',
  'persistent-reservations',
  'elevation',
  'other-process',
  'other-socket',
  'exclusions',
  'faults',
  'pending-calls',
  'reboot',
  'leftovers',
  'socket-table',
  ...(hasIPv6() ? (['ipv6'] as const) : []),
]
export const LEGACY_FEATURES: readonly ConformanceFeature[] = ['leftovers', 'socket-table']

/** A current Windows: every behaviour can be tested. */
export const modernTarget: ConformanceTarget = mockTarget('the mock kernel', MODERN_BUILD, MODERN_FEATURES)

/** Windows XP, which has no port reservations. */
export const legacyTarget: ConformanceTarget = mockTarget(
  'the mock kernel before Windows Vista',
  LEGACY_BUILD,
  LEGACY_FEATURES,
)
