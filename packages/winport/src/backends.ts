import { debuglog } from 'node:util'
import { checkBoolean, checkKnownOptions, checkObject, invalidArgType, outOfRange } from '@winport/definitions'
import { ReservationError, ReservationManager } from '@winport/manager'
import type { Transport } from '@winport/transport'
import { codeOf, messageOf } from '@winport/transport/backend'
import type { WinsockLibraries } from '@winport/transport/native'
import type { MockKernelOptions } from '@winport/transport-mock'
import type { BackendName, NativeBackendName } from './backend-names.js'
import { refusalHint } from './refusal-hint.js'

// Node.js looks up the same package for each file that imports it. So `winport acquire` takes from here what it needs of them.
export { checkAcquireMatchedOptions } from '@winport/manager'
export { checkProtocol } from '@winport/transport/backend'
export { codeOf, outOfRange }

export interface OpenReservationManagerOptions {
  /**
   * The name of a backend, or your own transport, which the manager then owns and closes. The default on Windows is
   * `'napi'`, or `'koffi'` if the addon cannot be loaded; on Linux it is `'linux'`. `'mock'` simulates the Windows kernel in
   * this process, on any platform.
   */
  readonly transport?: BackendName | Transport | undefined
  /**
   * `'mock'`: where this machine offers no reservations, such as on macOS, the manager opens the simulation in place of an
   * error. Not with `transport`.
   */
  readonly fallback?: 'mock' | undefined
  /**
   * Record the stack trace of each `acquire`. The warning about a block that is garbage-collected before its release then
   * says where it was acquired. Default: false.
   */
  readonly traceLeaks?: boolean | undefined
}

const OPTIONS: readonly (keyof OpenReservationManagerOptions)[] = ['transport', 'fallback', 'traceLeaks']

/** The native backends: each has its own package, which exports the function that opens a transport. */
export const NATIVE_BACKENDS: Readonly<
  Record<NativeBackendName, { readonly package: string; readonly factory: string }>
> = {
  napi: { package: '@winport/transport-napi', factory: 'createNapiTransport' },
  koffi: { package: '@winport/transport-koffi', factory: 'createKoffiTransport' },
  linux: { package: '@winport/transport-linux', factory: 'createLinuxTransport' },
}

/** The facts that determine the choice of a backend. Tests replace them. */
export interface BackendEnvironment {
  readonly platform: NodeJS.Platform
  /** The libraries that a native backend calls instead of those of Windows. With them it works on any platform. */
  readonly libraries?: WinsockLibraries | undefined
  /** Options of the machine that the mock simulates. */
  readonly simulated?: MockKernelOptions | undefined
  /** Imports the package of a native backend. */
  readonly importBackend?: ((name: NativeBackendName) => Promise<unknown>) | undefined
}

export const defaultEnvironment: BackendEnvironment = { platform: process.platform }

/** What `openReservationManager` loads when it is called. */
export async function openManager(
  options: OpenReservationManagerOptions,
  environment: BackendEnvironment = defaultEnvironment,
): Promise<ReservationManager> {
  const transport = await openTransport(options, environment)
  return new ReservationManager({ transport, traceLeaks: options.traceLeaks, hint: refusalHint })
}

/** Opens the requested transport, or the best one for this machine. */
export async function openTransport(
  options: OpenReservationManagerOptions,
  environment: BackendEnvironment = defaultEnvironment,
): Promise<Transport> {
  checkObject('options', options)
  checkKnownOptions(options, OPTIONS)
  if (options.traceLeaks !== undefined) checkBoolean('traceLeaks', options.traceLeaks)
  if (options.fallback !== undefined) checkFallback(options.fallback, options.transport)
  if (debuglog('winport').enabled) (await import('./debug-log.js')).logDiagnostics()
  const choice: unknown = options.transport
  if (choice === undefined) return await openBestOr(options.fallback, environment)
  if (typeof options.transport === 'object' && choice !== null) return options.transport
  if (typeof choice !== 'string') {
    throw invalidArgType('transport', `${NAMES} or a Transport`, choice)
  }
  switch (choice) {
    case 'mock':
      return await openMock(environment)
    case 'napi':
    case 'koffi':
    case 'linux':
      checkPlatform(choice, environment)
      return await openNative(choice, environment)
    default:
      throw outOfRange('transport', NAMES, choice)
  }
}

const NAMES = "'napi', 'koffi', 'linux' or 'mock'"

function checkFallback(fallback: unknown, transport: unknown): void {
  if (fallback !== 'mock') throw outOfRange('fallback', "'mock'", fallback)
  if (transport !== undefined) throw outOfRange('fallback', 'left out where transport is given', fallback)
}

async function openBestOr(fallback: 'mock' | undefined, environment: BackendEnvironment): Promise<Transport> {
  try {
    return await openBest(environment)
  } catch (error) {
    if (fallback === undefined || codeOf(error) !== 'ERR_RESERVATION_UNSUPPORTED') throw error
    return await openMock(environment)
  }
}

/** The backends that this machine can have, best first. */
export function backendsFor({ platform, libraries }: BackendEnvironment): readonly NativeBackendName[] {
  if (platform === 'win32' || libraries !== undefined) return ['napi', 'koffi']
  return platform === 'linux' ? ['linux'] : []
}

async function openBest(environment: BackendEnvironment): Promise<Transport> {
  const names = backendsFor(environment)
  if (names.length === 0) {
    throw new ReservationError(
      'ERR_RESERVATION_UNSUPPORTED',
      `Ports can be reserved on Windows and on Linux, and this platform is ${environment.platform}. ` +
        "The option { fallback: 'mock' } opens a simulation instead.",
    )
  }
  const failures: unknown[] = []
  for (const name of names) {
    try {
      return await openNative(name, environment)
    } catch (error) {
      failures.push(error)
    }
  }
  const reasons = failures.map(messageOf).join(' ')
  throw new ReservationError(
    'ERR_RESERVATION_UNSUPPORTED',
    `No backend could be opened. ${reasons}`,
    new AggregateError(failures, reasons),
  )
}

async function openNative(
  name: NativeBackendName,
  { importBackend, libraries }: BackendEnvironment,
): Promise<Transport> {
  const { package: packageName, factory } = NATIVE_BACKENDS[name]
  try {
    const module: unknown =
      importBackend !== undefined
        ? await importBackend(name)
        : // Bundlers find a package only if its name is literal. They still build without the package, because this is a `try`.
          name === 'napi'
          ? await import('@winport/transport-napi')
          : name === 'koffi'
            ? await import('@winport/transport-koffi')
            : await import('@winport/transport-linux')
    const create: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, factory) : undefined
    if (typeof create !== 'function') throw new TypeError(`it does not export ${factory}`)
    return create(name === 'linux' ? {} : { libraries })
  } catch (error) {
    const reason = isNotInstalled(error, packageName) ? `install ${packageName}.` : firstSentence(messageOf(error))
    throw new ReservationError('ERR_RESERVATION_UNSUPPORTED', `The ${name} backend is not available: ${reason}`, error)
  }
}

/** Opens a new simulated machine. Its process is elevated, so that persistent reservations work. */
async function openMock({ simulated }: BackendEnvironment): Promise<Transport> {
  const { MockKernel } = await import('@winport/transport-mock')
  return new MockKernel({ avoidHostPorts: true, ...simulated }).openTransport({ elevated: true })
}

function checkPlatform(name: NativeBackendName, environment: BackendEnvironment): void {
  const { platform } = environment
  if (name === 'linux' ? platform === 'linux' : backendsFor(environment).includes(name)) return
  throw new ReservationError(
    'ERR_RESERVATION_UNSUPPORTED',
    `The ${name} backend needs ${name === 'linux' ? 'Linux' : 'Windows'}, and this platform is ${platform}. ` +
      'Leave the transport out to get the best backend for this machine.',
  )
}

/** `require`, webpack and jest use a code of their own. */
const NOT_FOUND: ReadonlySet<unknown> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])

/** Whether the package itself is missing, rather than one of its dependencies. */
function isNotInstalled(error: unknown, packageName: string): boolean {
  return NOT_FOUND.has(codeOf(error)) && messageOf(error).includes(`'${packageName}'`)
}

/** The first line, with a full stop if it has no other end. */
function firstSentence(text: string): string {
  const line = text.trim().split('\n', 1).join('').trim()
  return /[.!?]$/.test(line) ? line : `${line}.`
}
