import {
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import type { Transport } from '@winport/transport'
import {
  type ConformanceFeature,
  type ConformanceMachine,
  type ConformanceTarget,
  type HeldCall,
  hasIPv6,
} from '@winport/transport/conformance'
import type { EntryPoint, WinsockLibraries } from '@winport/transport/native'
import { prepareEachCall, unwrapTransport } from './elevation.js'
import { openOtherSocket } from './other-socket.js'
import { SimulatedProcess } from './simulated-process.js'
import { SimulatedCall, simulatorLibraries, UNTIL_RELEASED, type WinsockSimulator } from './winsock-simulator.js'

/** What the tests on the simulator need from a native backend. */
export interface NativeBackend {
  readonly name: string
  /** The compiled module that other processes import, and the name of its function that creates a transport. */
  readonly module: URL
  readonly factory: string
  /** The entry point of control calls in other processes. Default: that of the backend. */
  readonly entryPoint?: EntryPoint
  /**
   * @param libraries default: those of Windows
   * @param entryPoint default: that of the backend
   */
  openTransport(libraries?: WinsockLibraries, entryPoint?: EntryPoint): Transport
}

const IPV6: readonly ConformanceFeature[] = hasIPv6() ? ['ipv6'] : []

/** The features of a native backend on the simulator: all of them. */
export const simulatorFeatures: ReadonlySet<ConformanceFeature> = new Set<ConformanceFeature>([
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
  ...IPV6,
])

/** The features of a native backend on a Winsock without port reservations, such as that of Wine. */
export const bareFeatures: ReadonlySet<ConformanceFeature> = new Set(['socket-table' as const, ...IPV6])

/** The conformance target of a native backend on the simulator. */
export function simulatorTarget(backend: NativeBackend, simulator: WinsockSimulator): ConformanceTarget {
  return {
    name: `${backend.name} on the Winsock simulator`,
    features: simulatorFeatures,
    world: simulator.world,
    openMachine: () => openMachine(backend, simulator),
  }
}

function openMachine(backend: NativeBackend, simulator: WinsockSimulator): ConformanceMachine {
  simulator.reset()
  const processes: SimulatedProcess[] = []
  return {
    windowsBuild: 26_100,
    dynamicRange: simulator.dynamicRange,
    openTransport: ({ elevated = true } = {}) =>
      prepareEachCall(backend.openTransport(simulatorLibraries), () => simulator.setElevated(elevated)),
    openProcess: async ({ elevated = false, isNew = false } = {}) => {
      const opened = await SimulatedProcess.open(simulator, backend, elevated, !isNew)
      processes.push(opened)
      return opened
    },
    openOtherSocket: (transport) => openOtherSocket(unwrapTransport(transport)),
    addExclusion: (protocol, startPort, count) => simulator.addExclusion(protocol, startPort, count),
    failNext: (code, errno) => simulator.failNext(callOf(code), errno),
    holdNext: (code) => holdNext(simulator, callOf(code)),
    reboot: () => simulator.reboot(),
    leftovers: () => {
      const { openSockets, runtimeReservations, persistentReservations } = simulator.counts()
      return { sockets: openSockets, reservations: runtimeReservations + persistentReservations }
    },
    [Symbol.asyncDispose]: async () => {
      for (const opened of processes) await opened[Symbol.asyncDispose]()
      simulator.reset()
    },
  }
}

function callOf(controlCode: number): SimulatedCall {
  switch (controlCode) {
    case SIO_ACQUIRE_PORT_RESERVATION:
      return SimulatedCall.ACQUIRE
    case SIO_ASSOCIATE_PORT_RESERVATION:
      return SimulatedCall.ASSOCIATE
    case SIO_RELEASE_PORT_RESERVATION:
      return SimulatedCall.RELEASE
    default:
      return SimulatedCall.IOCTL
  }
}

function holdNext(simulator: WinsockSimulator, call: SimulatedCall): HeldCall {
  simulator.setLatency(call, UNTIL_RELEASED)
  return {
    pending: untilPending(simulator, call),
    complete: () => {
      simulator.releasePending(1)
    },
  }
}

async function untilPending(simulator: WinsockSimulator, call: SimulatedCall): Promise<void> {
  while (simulator.pendingCalls === 0) await new Promise(setImmediate)
  simulator.setLatency(call, 0)
}
