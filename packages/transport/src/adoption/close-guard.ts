import type { Server } from 'node:net'
import { closedWhileStarting } from './start-listening.js'

/**
 * Notices a `close` of a server between a call of ours and the moment when the server starts to listen. Node counts every
 * `listen` and `close` for the same purpose, in `_listeningId`: after a `close`, a `listen` that still looks up its address has
 * no effect.
 *
 * @returns a function that throws `ERR_SERVER_NOT_RUNNING` if the server was closed since
 */
export function closeGuard(server: Server): () => void {
  const before: unknown = Reflect.get(server, '_listeningId')
  return () => {
    if (!server.listening && Reflect.get(server, '_listeningId') !== before) throw closedWhileStarting()
  }
}
