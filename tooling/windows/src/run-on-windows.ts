import { startOnWindows, type WindowsProgram } from './start-on-windows.js'
import type { WindowsResult } from './windows-process.js'

/** Runs Node.js for Windows, or another Windows program, and waits for its end. */
export async function runOnWindows(program: WindowsProgram): Promise<WindowsResult> {
  const { result } = await startOnWindows(program)
  return await result
}
