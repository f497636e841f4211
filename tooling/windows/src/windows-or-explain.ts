import { prepareWindows, type Windows } from './prepare-windows.js'
import { WindowsUnavailableError } from './windows-unavailable-error.js'

/**
 * prepareWindows for a test file, to decide at its top whether its Windows suites run. Where they cannot, it fails under
 * CI; elsewhere it says so loudly on stderr and returns undefined.
 *
 * @param what what does not run in that case, for example 'the conformance suite over koffi'
 */
export function windowsOrExplain(what: string): Promise<Windows | undefined> {
  return orExplain(what, prepareWindows)
}

/** The rule of windowsOrExplain for any step that needs Windows. */
export async function orExplain<T>(what: string, prepare: () => Promise<T>): Promise<T | undefined> {
  try {
    return await prepare()
  } catch (error) {
    if (!(error instanceof WindowsUnavailableError) || process.env['CI']) throw error
    process.stderr.write(banner(what, error.message))
    return undefined
  }
}

function banner(what: string, reason: string): string {
  const rule = '!'.repeat(100)
  const lines = [`NOT RUN AS A WINDOWS PROGRAM: ${what}`, '', ...reason.split('\n'), '', 'Under CI this is a failure.']
  return `\n${rule}\n${lines.map((line) => `!! ${line}`.trimEnd()).join('\n')}\n${rule}\n\n`
}
