import { ToolUnavailableError } from './tool-unavailable-error.js'

/** Nothing can be run as a Windows program here. The message says what is missing and how to get it. */
export class WindowsUnavailableError extends ToolUnavailableError {
  override readonly name = 'WindowsUnavailableError'
  readonly code = 'ERR_WINDOWS_UNAVAILABLE'
  /** What is missing: 'wine', 'mingw', or empty if something else went wrong. */
  readonly missing: readonly string[]

  constructor(message: string, missing: readonly string[] = [], options?: ErrorOptions) {
    super(message, options)
    this.missing = missing
  }
}
