/** A suite cannot run on this machine. The message says what is missing and how to install it. */
export class ToolUnavailableError extends Error {
  override readonly name: string = 'ToolUnavailableError'
}
