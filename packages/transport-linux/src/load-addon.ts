import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { TransportUnavailableError } from '@winport/transport'
import { codeOf, messageOf, runtimeName } from '@winport/transport/backend'
import type { Addon } from './addon.js'
import { prebuiltAddon } from './prebuilt-addon.js'

const ADVICE = "Pass the path of the addon as the option 'addon'."

/**
 * Loads an addon.
 *
 * @param path an absolute path. Default: the package's addon for this architecture
 * @throws TransportUnavailableError if there is no such file, the system refuses it, or it is not the addon
 */
export function loadAddon(path: string = prebuiltPath()): Addon {
  const addon = requireAddon(path)
  if (isAddon(addon)) return addon
  throw new TransportUnavailableError(`The file ${path} is not the addon of @winport/transport-linux. ${ADVICE}`)
}

function prebuiltPath(): string {
  try {
    return fileURLToPath(prebuiltAddon())
  } catch (error) {
    const reason = 'The bundle that contains @winport/transport-linux does not say where its addon is.'
    throw new TransportUnavailableError(`${reason} ${ADVICE}`, { cause: error })
  }
}

function requireAddon(path: string): unknown {
  try {
    return createRequire(path)(path)
  } catch (error) {
    throw new TransportUnavailableError(explain(path, error), { cause: error })
  }
}

function explain(path: string, error: unknown): string {
  const { platform, arch } = process
  if (codeOf(error) === 'MODULE_NOT_FOUND') {
    return `@winport/transport-linux has no addon for ${platform}-${arch}: ${path} does not exist. ${ADVICE}`
  }
  return (
    `The addon ${path} cannot be loaded by ${runtimeName()} on ${platform}-${arch}. The system says: ` +
    `${messageOf(error).trim().replaceAll(/\s+/g, ' ')} ${ADVICE}`
  )
}

function isAddon(addon: unknown): addon is Addon {
  return typeof addon === 'object' && addon !== null && typeof Reflect.get(addon, 'handOver') === 'function'
}
