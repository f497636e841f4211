import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events'
import {
  checkBoolean,
  checkKnownOptions,
  checkObject,
  checkUnsigned,
  invalidArgType,
  LAST_PORT,
  outOfRange,
} from '@winport/definitions'
import type { PortRange } from '@winport/transport'
import { checkProtocol } from '@winport/transport/backend'

const LARGEST_INT = 0x7fff_ffff

// The checks of arguments, made before any system call.

/** Checks a caller's signal by its shape, as Node does: it may come from another realm, or be a polyfill. */
export function checkSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined) return undefined
  if (!isSignal(signal)) throw invalidArgType('signal', 'an instance of AbortSignal', signal)
  allowManyListeners(signal)
  return signal
}

/**
 * Each call that is under way has a listener on its signal, and many calls may share one. Node 20 warns at the eleventh listener.
 * Later versions of Node do not limit the listeners of a signal (https://github.com/nodejs/node/pull/55816).
 */
function allowManyListeners(signal: AbortSignal): void {
  try {
    if (getMaxListeners(signal) === defaultMaxListeners) setMaxListeners(0, signal)
  } catch {
    // It is not Node's own signal, and does not warn.
  }
}

function isSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value
}

/** Checks the length of a queue of connections, an int in libuv and in Winsock. 0 is Node's default. */
export function checkBacklog(backlog: unknown): asserts backlog is number | undefined {
  if (backlog !== undefined) checkUnsigned('backlog', backlog, LARGEST_INT)
}

/** Checks the options of a call that has no other option than a signal. */
export function readSignalOption(options: { readonly signal?: AbortSignal | undefined }): AbortSignal | undefined {
  checkObject('options', options)
  checkKnownOptions(options, ['signal'])
  return checkSignal(options.signal)
}

export function checkOption(name: string, value: unknown): asserts value is boolean | undefined {
  if (value !== undefined) checkBoolean(name, value)
}

/** Checks an option that is one of several words. */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined) return
  const expected = choices.map((choice) => `'${choice}'`).join(' or ')
  if (typeof value !== 'string') throw invalidArgType(name, expected, value)
  if (!choices.includes(value)) throw outOfRange(name, expected, value)
}

/** Checks a port to connect to. */
export function checkRemotePort(port: unknown): asserts port is number {
  checkUnsigned('port', port, LAST_PORT, 1)
}

/** Checks that a range lies between 1 and 65535. */
export function checkRange({ protocol, startPort, count }: PortRange): void {
  checkProtocol(protocol)
  checkUnsigned('count', count, LAST_PORT, 1)
  checkFits('startPort', startPort, count, 1)
}

/** Checks that a block with this start ends at 65535 or below. @param lowest 0 where 0 is a wildcard */
export function checkFits(name: string, startPort: unknown, count: number, lowest: 0 | 1): asserts startPort is number {
  checkUnsigned(name, startPort, LAST_PORT, lowest)
  const room = LAST_PORT + 1 - startPort
  if (startPort > 0 && count > room) {
    throw outOfRange('count', `<= ${room} to end at port ${LAST_PORT} when it starts at ${startPort}`, count)
  }
}

/** Checks a port of a block. 0, the default, lets the kernel choose; null does so in Node. */
export function checkPortOf(block: PortRange, name: string, asked: unknown): number {
  const port = asked ?? 0
  checkUnsigned(name, port, LAST_PORT)
  const { startPort, count } = block
  const endPort = startPort + count - 1
  if (port !== 0 && (port < startPort || port > endPort)) {
    throw outOfRange(name, `inside the block, from ${startPort} to ${endPort}`, port)
  }
  return port
}

/** Checks that an object has the methods that are needed. `instanceof` would fail between realms. */
export function checkNodeObject(name: string, value: unknown, expected: string, methods: readonly string[]): void {
  const fits =
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof Reflect.get(value, method) === 'function')
  if (!fits) throw invalidArgType(name, expected, value)
}
