import { nodeFromNpm } from './node-from-npm.js'
import { WindowsUnavailableError } from './windows-unavailable-error.js'
import { chosenVariant, type WindowsVariant } from './windows-variants.js'
import { type WineInstallation, wineInstallation } from './wine-installation.js'
import { winePrefix } from './wine-prefix.js'

/** The means to run Windows programs on this machine. */
export type Windows = RealWindows | Wine

export interface RealWindows {
  readonly kind: 'windows'
  /** The path of the running Node.js. */
  readonly node: string
}

export interface Wine extends WineInstallation {
  readonly kind: 'wine'
  /** The path of node.exe, in Linux notation. */
  readonly node: string
  /** The version of Node.js, such as 'v22.22.2'. */
  readonly nodeVersion: string
  readonly prefix: string
}

const preparing = new Map<string, Promise<Windows>>()

/**
 * Prepares this machine for Windows programs: installs Wine and mingw if possible, downloads Node.js for Windows, and
 * creates a Wine prefix, each once. Any number of processes may call this at the same time. On Windows it does nothing.
 *
 * @param variant default: the one that the environment variable WINPORT_WINDOWS names
 * @throws WindowsUnavailableError that says what is missing and how to install it
 */
export function prepareWindows(variant: WindowsVariant = chosenVariant()): Promise<Windows> {
  const prepared =
    preparing.get(variant.name) ??
    prepare(variant).catch((error: unknown) => {
      preparing.delete(variant.name)
      throw error
    })
  preparing.set(variant.name, prepared)
  return prepared
}

async function prepare(variant: WindowsVariant): Promise<Windows> {
  if (process.platform === 'win32') return { kind: 'windows', node: process.execPath }
  try {
    const installation = await wineInstallation(variant)
    const [node, prefix] = await Promise.all([nodeFromNpm(variant.node), winePrefix(installation)])
    const nodeVersion = variant.node.name.replace(/^.*@/, 'v')
    return { kind: 'wine', ...installation, node, nodeVersion, prefix }
  } catch (error) {
    if (error instanceof WindowsUnavailableError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new WindowsUnavailableError(`Wine could not be prepared: ${message}`, [], { cause: error })
  }
}
