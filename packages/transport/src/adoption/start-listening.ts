import type { EventEmitter } from 'node:events'

/**
 * Makes a server listen, or a datagram socket bind, and resolves when it does. Rejects with what `start` throws, with
 * the error that is emitted, or with `ERR_SERVER_NOT_RUNNING` if it is closed before: then Node emits neither
 * 'listening' nor 'error'.
 */
export async function startListening(owner: EventEmitter, start: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = () => {
      owner.off('listening', listens).off('error', fails).off('close', closed)
    }
    const listens = () => {
      settle()
      resolve()
    }
    const fails = (error: unknown) => {
      settle()
      reject(error)
    }
    // A server's event may still be that of an earlier close: then it listens before the next turn.
    const closed = () => {
      setImmediate(() => fails(closedError()))
    }
    owner.on('listening', listens).on('error', fails).on('close', closed)
    try {
      start()
    } catch (error) {
      fails(error)
    }
  })
}

function closedError(): Error {
  return Object.assign(new Error('It was closed before it listened'), { code: 'ERR_SERVER_NOT_RUNNING' })
}
