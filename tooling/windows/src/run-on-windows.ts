import { startOnWindows, type WindowsProgram } from './start-on-windows.js'
import type { WindowsResult } from './windows-process.js'

const MOST_STARTS = 3

/**
 * Runs Node.js for Windows, or another Windows program, and waits for its end. On a busy machine Wine now and then fails to start one:
 * it ends with 1 and prints nothing. Such a program is started again, twice at most.
 */
export async function runOnWindows(program: WindowsProgram): Promise<WindowsResult> {
  for (let starts = 1; ; starts++) {
    const { result } = await startOnWindows(program)
    const ended = await result
    const { exitCode, stdout, stderr } = ended
    if (exitCode !== 1 || stdout !== '' || stderr !== '' || starts === MOST_STARTS) return ended
  }
}
