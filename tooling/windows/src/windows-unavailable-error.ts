import { ToolUnavailableError } from './tool-unavailable-error.js'

/** Windows programs cannot run on this machine. The message says what is missing and how to install it. */
export class WindowsUnavailableError extends ToolUnavailableError {
  override readonly name = 'WindowsUnavailableError'
  readonly code = 'ERR_WINDOWS_UNAVAILABLE'
  /** The missing tools: 'wine', 'mingw'. Empty if another step failed. */
  readonly missing: readonly string[]

  constructor(message: string, missing: readonly string[] = [], options?: ErrorOptions) {
    super(message, options)
    this.missing = missing
  }
}
