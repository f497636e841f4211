import { TransportUnavailableError } from '@winport/transport'
import type { IpHelperCalls } from '@winport/transport/native'

/** Linux has no persistent reservations: a hold ends with its process. */
export class NoPersistentCalls implements IpHelperCalls {
  async callPersistent(): Promise<number> {
    throw new TransportUnavailableError('Linux has no port reservations that survive their process.')
  }
}
