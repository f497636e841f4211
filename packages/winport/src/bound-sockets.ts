import type { BoundSocket } from '@winport/transport'
import { messageOf } from '@winport/transport/backend'

/** Lists the bound sockets of a Linux with the addon of the Linux backend, which it then loads. Undefined on other systems. */
export const boundSockets: (() => Promise<readonly BoundSocket[]>) | undefined =
  process.platform === 'linux' ? listBoundSockets : undefined

async function listBoundSockets(): Promise<readonly BoundSocket[]> {
  // Bundlers build without the package, because this is a `try`.
  try {
    const { readBoundSockets } = await import('@winport/transport-linux')
    return readBoundSockets()
  } catch (error) {
    throw new Error(`The Linux backend cannot list bound sockets: ${messageOf(error)}`, { cause: error })
  }
}
