import { AbortError } from '../abort-error.js'

/** Waits for work that cannot be cancelled, until it settles or the signal aborts. Then the signal has no listener left. */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return await work
  let onAbort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new AbortError({ cause: signal.reason }))
    if (signal.aborted) onAbort()
  })
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
