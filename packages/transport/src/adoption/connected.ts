import { once } from 'node:events'
import type { Socket } from 'node:net'
import { AbortError } from '../abort-error.js'

/** Resolves when a connecting socket is connected; else the socket is destroyed and the error thrown. */
export async function connected(socket: Socket, signal?: AbortSignal): Promise<void> {
  try {
    await once(socket, 'connect', signal === undefined ? {} : { signal })
  } catch (error) {
    socket.destroy()
    throw signal?.aborted === true ? new AbortError({ cause: signal.reason }) : error
  }
}
