import { nodeForWindows } from './node-for-windows.js'
import { installWindowsTools } from './windows-tools.js'
import { WindowsUnavailableError } from './windows-unavailable-error.js'
import { winePrefix } from './wine-prefix.js'

/** The means to run Windows programs on this machine. */
export type Windows = RealWindows | Wine

export interface RealWindows {
  readonly kind: 'windows'
  /** The path of the running Node.js. */
  readonly node: string
}

export interface Wine {
  readonly kind: 'wine'
  /** The path of node.exe 22.22.2, in Linux notation. */
  readonly node: string
  readonly wine: string
  readonly prefix: string
  /** mingw's g++ for 64-bit Windows. */
  readonly compiler: string
}

let preparing: Promise<Windows> | undefined

/**
 * Prepares this machine for Windows programs: installs Wine and mingw if possible, downloads Node.js for Windows, and
 * creates a Wine prefix, each once. Any number of processes may call this at the same time. On Windows it does nothing.
 *
 * @throws WindowsUnavailableError that says what is missing and how to install it
 */
export function prepareWindows(): Promise<Windows> {
  preparing ??= prepare().catch((error: unknown) => {
    preparing = undefined
    throw error
  })
  return preparing
}

async function prepare(): Promise<Windows> {
  if (process.platform === 'win32') return { kind: 'windows', node: process.execPath }
  const { wine, compiler } = await installWindowsTools()
  try {
    const [node, prefix] = await Promise.all([nodeForWindows(), winePrefix(wine)])
    return { kind: 'wine', node, wine, prefix, compiler }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new WindowsUnavailableError(`Wine could not be prepared: ${message}`, [], { cause: error })
  }
}
