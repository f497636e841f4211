import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { TransportUnavailableError } from '@winport/transport'
import { codeOf, messageOf, runtimeName } from '@winport/transport/backend'
import type { Addon } from './addon.js'
import { prebuiltAddon } from './prebuilt-addon.js'

const ADVICE = "Use @winport/transport-koffi instead, or pass the path of the addon as the option 'addon'."

const loaded = new Map<string, Addon>()

/**
 * Loads an addon, once for each path.
 *
 * @param path an absolute path. Default: the package's addon for this platform and architecture
 * @throws TransportUnavailableError if there is no such file, the system refuses it, or it is not the addon
 */
export function loadAddon(path: string = prebuiltPath()): Addon {
  const addon = loaded.get(path) ?? load(path)
  loaded.set(path, addon)
  return addon
}

function prebuiltPath(): string {
  try {
    return fileURLToPath(prebuiltAddon())
  } catch (error) {
    const reason = 'The bundle that contains @winport/transport-napi does not say where its addon is.'
    throw new TransportUnavailableError(`${reason} ${ADVICE}`, { cause: error })
  }
}

function load(path: string): Addon {
  const addon = requireAddon(path)
  if (isAddon(addon)) return addon
  throw new TransportUnavailableError(
    `The file ${path} is not the addon of @winport/transport-napi, or the program ${process.execPath} exports no Node-API ` +
      `functions. ${ADVICE}`,
  )
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
    return `@winport/transport-napi has no addon for ${runtimeName()} on ${platform}-${arch}: ${path} does not exist. ${ADVICE}`
  }
  return (
    `The addon ${path} cannot be loaded by ${runtimeName()} on ${platform}-${arch}. The system says: ` +
    `${messageOf(error).trim().replaceAll(/\s+/g, ' ')} If a policy blocks it, such as Smart App Control, allow this file. ${ADVICE}`
  )
}

/** An addon in a program without Node-API exports nothing. */
function isAddon(addon: unknown): addon is Addon {
  return typeof addon === 'object' && addon !== null && typeof Reflect.get(addon, 'load') === 'function'
}
