import { isAbsolute } from 'node:path'
import { getSystemErrorName } from 'node:util'
import { invalidArgType, outOfRange } from '@winport/definitions'
import { type Transport, TransportUnavailableError } from '@winport/transport'
import { NativeTransport, NativeWinsock } from '@winport/transport/native'
import type { Addon } from './addon.js'
import { LinuxCalls } from './linux-calls.js'
import { loadAddon } from './load-addon.js'
import { NoPersistentCalls } from './no-persistent-calls.js'
import { readEphemeralPorts } from './port-places.js'

/** Options of {@link createLinuxTransport}. */
export interface LinuxTransportOptions {
  /**
   * The absolute path of the addon, for programs that are bundled or packed into one file. Default: the addon in this
   * package for the architecture.
   */
  readonly addon?: string | undefined
}

/**
 * Opens a transport that holds ports of Linux. It first tests on one TCP and one UDP port that a held port cannot be taken.
 *
 * @throws TypeError, RangeError for an `addon` that is not an absolute path
 * @throws TransportUnavailableError if this is not Linux, if the addon cannot be loaded, or if the test fails
 */
export function createLinuxTransport({ addon: path }: LinuxTransportOptions = {}): Transport {
  if (path !== undefined && typeof path !== 'string') throw invalidArgType('addon', 'of type string', path)
  if (path !== undefined && !isAbsolute(path)) throw outOfRange('addon', 'an absolute path', path)
  if (process.platform !== 'linux') {
    throw new TransportUnavailableError(
      `@winport/transport-linux needs Linux, and this platform is ${process.platform}.`,
    )
  }
  const addon = loadAddon(path)
  testMechanism(addon)
  return new NativeTransport(
    'linux',
    new NativeWinsock(new LinuxCalls(addon, readEphemeralPorts()), new NoPersistentCalls()),
  )
}

const STEPS: readonly string[] = [
  'a port could not be bound',
  'another socket could bind the held port',
  'the holder could not be moved to another device (SO_BINDTOIFINDEX; needs Linux 5.7)',
  'another socket could bind the port after its holder was moved',
  'the held port could not be handed over',
  'the new socket could not leave the loopback device',
]

/** The step and the errno of a failed test share a number. */
const STEP = 4096

function testMechanism(addon: Addon): void {
  const result = addon.test()
  if (result === 0) return
  const step = STEPS[Math.floor(result / STEP) - 1] ?? 'unknown step'
  const reason = getSystemErrorName(-(result % STEP))
  throw new TransportUnavailableError(
    `This system cannot hold ports for a process: in a test, ${step} (${reason}). Known to work: Linux 5.7 and later, not gVisor.`,
  )
}
