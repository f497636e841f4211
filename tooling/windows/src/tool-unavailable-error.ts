/** A suite cannot be run here. The message says what is missing and how to get it. */
export class ToolUnavailableError extends Error {
  override readonly name: string = 'ToolUnavailableError'
}
