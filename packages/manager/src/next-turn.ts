// Captured at load: fake timers of a test must not delay a search or the release of a dropped block.
const { setImmediate: nodeSetImmediate } = globalThis

/** Resolves in the next turn of the event loop, after timers and I/O. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    nodeSetImmediate(resolve)
  })
}

/** Does something in the next turn, unless the process ends first. */
export function inNextTurn(work: () => void): void {
  nodeSetImmediate(work).unref()
}
