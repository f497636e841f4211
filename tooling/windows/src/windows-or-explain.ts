import { orExplain } from './or-explain.js'
import { prepareWindows, type Windows } from './prepare-windows.js'

/**
 * `prepareWindows` for a test file, which decides with it whether its Windows suites run. If Windows programs cannot run
 * here, rejects under CI; elsewhere prints a banner to stderr and returns undefined.
 *
 * @param what what does not run in that case, for example 'the conformance suite over koffi'
 */
export function windowsOrExplain(what: string): Promise<Windows | undefined> {
  return orWithoutWindows(what, prepareWindows)
}

/** The same rule for any step that needs Windows. */
export function orWithoutWindows<T>(what: string, prepare: () => Promise<T>): Promise<T | undefined> {
  return orExplain(`NOT RUN AS A WINDOWS PROGRAM: ${what}`, prepare)
}
