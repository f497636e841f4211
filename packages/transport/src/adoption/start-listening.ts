import type { EventEmitter } from 'node:events'

/**
 * Makes a server listen, or a datagram socket bind, and resolves when it does. Rejects with the error that `start` throws or
 * that the owner emits, or with `ERR_SERVER_NOT_RUNNING` if the owner is closed first: then Node emits neither 'listening' nor
 * 'error'.
 *
 * @param isStarted whether 'listening' is due to this call: the owner may listen again after a close
 * @param undo what to do before it rejects
 */
export function startListening(
  owner: EventEmitter,
  start: () => void,
  isStarted: () => boolean = () => true,
  undo: () => void = () => {},
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let isSettled = false
    const settle = () => {
      isSettled = true
      owner.off('listening', listens).off('error', fails).off('close', closed)
    }
    const listens = () => {
      if (!isStarted()) return fails(closedWhileStarting())
      settle()
      resolve()
    }
    const fails = (error: unknown) => {
      if (isSettled) return
      settle()
      undo()
      reject(error)
    }
    // The event may belong to an earlier close of a server that listens again. Then 'listening' is queued with
    // process.nextTick, and Node empties that queue before it runs a promise reaction. Tests cannot fake a promise.
    const closed = () => {
      void Promise.resolve().then(() => fails(closedWhileStarting()))
    }
    owner.on('listening', listens).on('error', fails).on('close', closed)
    try {
      start()
    } catch (error) {
      fails(error)
    }
  })
}

/** The error of a server or datagram socket that is closed before it listens. */
export function closedWhileStarting(): Error & { code: 'ERR_SERVER_NOT_RUNNING' } {
  return Object.assign(new Error('It was closed before it was listening'), { code: 'ERR_SERVER_NOT_RUNNING' } as const)
}
