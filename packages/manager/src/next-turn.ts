// Node's own: a test's fake timers must not keep a search waiting, nor a dropped block held.
const { setImmediate: nodeSetImmediate } = globalThis

/** Resolves in the next turn of the event loop, after timers, signals and others have had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    nodeSetImmediate(resolve)
  })
}

/** Does something in the next turn, unless the process ends before. */
export function inNextTurn(work: () => void): void {
  nodeSetImmediate(work).unref()
}
