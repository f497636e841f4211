import type { Transport } from '@winport/transport'
import type { BackendEnvironment } from '../backends.js'
import { messageOf } from '../message-of.js'

/**
 * Opens the backend of a Windows, which knows more about its ports than Node. Without one the ports are still explained.
 *
 * @returns neither on another system
 */
export async function openIfWindows(
  environment: BackendEnvironment | undefined,
): Promise<{ readonly transport?: Transport; readonly problem?: string }> {
  if ((environment?.platform ?? process.platform) !== 'win32') return {}
  const { openTransport } = await import('../backends.js') // not needed elsewhere, and takes time to load
  try {
    return { transport: await openTransport({}, environment) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}
