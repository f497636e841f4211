import { release } from 'node:os'
import {
  DEFAULT_DYNAMIC_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  UNSUPPORTED_ERRORS,
} from '@winport/definitions'
import { SystemCallError } from '../system-call-error.js'
import type { Transport } from '../transport.js'
import type {
  ConformanceFeature,
  ConformanceMachine,
  ConformanceProcess,
  ConformanceTarget,
  SecondProcessOptions,
} from './conformance-target.js'
import { encodeRange } from './encode-request.js'
import { hasIPv6 } from './has-ipv6.js'

export interface SystemTargetOptions {
  /** Opens another process on the same machine, with the rights of this process. */
  readonly openProcess?: (options?: SecondProcessOptions) => ConformanceProcess | Promise<ConformanceProcess>
  /** Features that no trial call finds out. Defaults to none. */
  readonly features?: readonly ConformanceFeature[]
  /** Defaults to the build of this system. */
  readonly windowsBuild?: number
  /** Defaults to 49152-65535, the default of Windows. */
  readonly dynamicRange?: ConformanceMachine['dynamicRange']
}

/** The target of a machine that is not prepared for the suite. */
export interface SystemTarget extends ConformanceTarget {
  /** The errors of the trial calls that failed. */
  readonly refusals: readonly SystemCallError[]
}

/**
 * The target of this machine, as a transport reaches it. Trial calls find out its features: on Windows the suite then
 * shows how Windows behaves; on a system without port reservations, that the backend reports so.
 *
 * One trial call creates a persistent reservation and deletes it; the suite does so too.
 */
export async function systemTarget(
  name: string,
  openTransport: () => Transport | Promise<Transport>,
  options: SystemTargetOptions = {},
): Promise<SystemTarget> {
  const { openProcess, windowsBuild = Number(release().split('.')[2] ?? 0) } = options
  const { dynamicRange = DEFAULT_DYNAMIC_RANGE } = options
  const features = new Set<ConformanceFeature>(options.features)
  if (hasIPv6()) features.add('ipv6')
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
              openProcess: async (wanted: SecondProcessOptions = {}) => {
                const opened = await openProcess(wanted)
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

/** A port that no known service uses, for a machine on which no port can be acquired. */
const UNLIKELY_PORT = 47_771

/** Adds the features that the machine has. @returns the errors of the trial calls that failed */
async function findFeatures(
  openTransport: () => Transport | Promise<Transport>,
  features: Set<ConformanceFeature>,
): Promise<readonly SystemCallError[]> {
  await using transport = await openTransport()
  if (transport.socketTable !== undefined) features.add('socket-table')
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
  let startPort = UNLIKELY_PORT
  const runtime = await attempt(async () => {
    startPort = acquireAnywhere(transport)
  })
  // An error that does not mean "missing" is a finding: the suite runs and shows it.
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

/** Acquires a port, releases it and returns its number. */
function acquireAnywhere(transport: Transport): number {
  using socket = transport.openSocket({ protocol: 'tcp' })
  const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  socket.ioctl(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), output)
  return INET_PORT_RESERVATION_INSTANCE.decode(output).StartPort
}
