import { nodeForWindows } from './node-for-windows.js'
import { installWindowsTools } from './windows-tools.js'
import { WindowsUnavailableError } from './windows-unavailable-error.js'
import { winePrefix } from './wine-prefix.js'

/** What runs Windows programs on this machine. */
export type Windows = RealWindows | Wine

export interface RealWindows {
  readonly kind: 'windows'
  /** The Node that runs this. */
  readonly node: string
}

export interface Wine {
  readonly kind: 'wine'
  /** The path of node.exe 22.22.2, as Linux writes it. */
  readonly node: string
  readonly wine: string
  readonly prefix: string
  /** mingw's g++ for 64-bit Windows. */
  readonly compiler: string
}

let preparing: Promise<Windows> | undefined

/**
 * Makes this machine able to run Windows programs: installs Wine and mingw where it may, downloads Node for Windows and
 * makes a Wine prefix, each once. Any number of processes may call it at the same time. On Windows there is nothing to do.
 *
 * @throws WindowsUnavailableError with what is missing and how to get it
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
