import { startOnWindows, type WindowsProgram } from './start-on-windows.js'
import type { WindowsResult } from './windows-process.js'

/** Runs Node for Windows, or another Windows program, to its end. */
export async function runOnWindows(program: WindowsProgram): Promise<WindowsResult> {
  const { result } = await startOnWindows(program)
  return await result
}
