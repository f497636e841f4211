import type { Transport } from '@winport/transport'
import { type BackendEnvironment, openTransport } from '../backends.js'
import { messageOf } from '../message-of.js'

/**
 * Opens the backend of a Windows, which knows more about its ports than Node. Without one the ports are still explained.
 *
 * @returns neither on another system
 */
export async function openIfWindows(
  environment: BackendEnvironment,
): Promise<{ readonly transport?: Transport; readonly problem?: string }> {
  if (environment.platform !== 'win32') return {}
  try {
    return { transport: await openTransport({}, environment) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}
