import { release } from 'node:os'
import {
  DEFAULT_DYNAMIC_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  UNSUPPORTED_ERRORS,
} from '@winport/definitions'
import { SystemCallError } from '../system-call-error.js'
import type { Transport } from '../transport.js'
import { encodeRange } from './conformance-context.js'
import type {
  ConformanceFeature,
  ConformanceMachine,
  ConformanceProcess,
  ConformanceTarget,
} from './conformance-target.js'
import { hasIPv6 } from './has-ipv6.js'

export interface SystemTargetOptions {
  /** Opens another process of the same machine, with the rights of this one. */
  readonly openProcess?: () => ConformanceProcess | Promise<ConformanceProcess>
  /** Defaults to this system's. */
  readonly windowsBuild?: number
  /** Defaults to what Windows has unless configured otherwise. */
  readonly dynamicRange?: ConformanceMachine['dynamicRange']
}

/** What a machine that nobody has prepared can show. */
export interface SystemTarget extends ConformanceTarget {
  /** The errors that told which features are lacking. */
  readonly refusals: readonly SystemCallError[]
}

/**
 * The machine itself, as a transport reaches it. What it offers is found by trying: on Windows the suite then shows how
 * the real thing behaves; where there are no port reservations, that the backend says so.
 *
 * To find out about persistent reservations it creates one and deletes it again; the suite does so too.
 */
export async function systemTarget(
  name: string,
  openTransport: () => Transport | Promise<Transport>,
  options: SystemTargetOptions = {},
): Promise<SystemTarget> {
  const { openProcess, windowsBuild = Number(release().split('.')[2] ?? 0) } = options
  const { dynamicRange = DEFAULT_DYNAMIC_RANGE } = options
  const features = new Set<ConformanceFeature>(hasIPv6() ? ['ipv6'] : [])
  if (openProcess !== undefined) features.add('other-process')
  const refusals = await findFeatures(openTransport, features)
  return {
    name,
    features,
    refusals,
    openMachine: () => {
      const processes: ConformanceProcess[] = []
      return {
        windowsBuild,
        dynamicRange,
        openTransport,
        ...(openProcess === undefined
          ? {}
          : {
              openProcess: async () => {
                const opened = await openProcess()
                processes.push(opened)
                return opened
              },
            }),
        [Symbol.asyncDispose]: async () => {
          for (const opened of processes) await opened[Symbol.asyncDispose]()
        },
      }
    },
  }
}

/** A port that nothing is known to use, for a machine that does not choose one. */
const UNLIKELY_PORT = 47_771

/** Adds what the machine has. @returns why it has not the rest */
async function findFeatures(
  openTransport: () => Transport | Promise<Transport>,
  features: Set<ConformanceFeature>,
): Promise<readonly SystemCallError[]> {
  await using transport = await openTransport()
  const refusals: SystemCallError[] = []
  const attempt = async (call: () => Promise<void>): Promise<string | undefined> => {
    try {
      await call()
      return undefined
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error
      refusals.push(error)
      return error.code
    }
  }
  // Any other error is for the suite to show.
  let startPort = UNLIKELY_PORT
  const runtime = await attempt(async () => {
    startPort = acquireAnywhere(transport)
  })
  if (runtime === undefined || !UNSUPPORTED_ERRORS.has(runtime)) features.add('runtime-reservations')
  const persistent = await attempt(async () => {
    const range = { protocol: 'tcp', startPort, count: 1 } as const
    await transport.persistent.create(range)
    await transport.persistent.delete(range)
  })
  if (persistent === 'ERROR_ACCESS_DENIED') features.add('unelevated')
  else if (persistent === undefined || !UNSUPPORTED_ERRORS.has(persistent)) features.add('persistent-reservations')
  return refusals
}

/** Acquires a port, lets go of it, and returns it. */
function acquireAnywhere(transport: Transport): number {
  using socket = transport.openSocket({ protocol: 'tcp' })
  const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  socket.ioctl(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), output)
  return INET_PORT_RESERVATION_INSTANCE.decode(output).StartPort
}
