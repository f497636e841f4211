import type { Transport } from '@winport/transport'
import { messageOf } from '@winport/transport/backend'
import type { BackendName } from '../backend-names.js'
import type { BackendEnvironment } from '../backends.js'

/**
 * Opens the backend that the user names, or that of a Windows, which knows more about its ports than Node. Without one the ports
 * are still explained.
 *
 * @returns neither on another system
 * @throws ReservationError if the named backend cannot be opened
 */
export async function openForDoctor(
  name: BackendName | undefined,
  environment: BackendEnvironment | undefined,
): Promise<{ readonly transport?: Transport; readonly problem?: string }> {
  if (name !== undefined) {
    const { openTransport } = await import('../backends.js')
    return { transport: await openTransport({ transport: name }, environment) }
  }
  if ((environment?.platform ?? process.platform) !== 'win32') return {}
  const { openTransport } = await import('../backends.js') // not needed elsewhere, and takes time to load
  try {
    return { transport: await openTransport({}, environment) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}
