/**
 * What the build of `--check` does wrong (delayed/fault.js): 'third': each call takes a third longer, the default; 'job': all
 * from an acquire to the next release takes a third longer; 'turn': one call of 5000 takes 40 ms longer; 'leak': each
 * block leaves memory behind; 'none'. Other builds ignore it.
 *
 * @param {'third' | 'job' | 'turn' | 'leak' | 'none'} fault
 */
export function setKnownFault(fault) {
  globalThis.winportKnownFault = fault
}

/**
 * For a reference that is itself a call of winport.
 *
 * @param {() => Promise<unknown>} run
 */
export function withoutKnownFault(run) {
  return async () => {
    setKnownFault('none')
    try {
      await run()
    } finally {
      setKnownFault('third')
    }
  }
}
