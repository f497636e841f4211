import { codeOf, messageOf } from '@winport/transport/backend'
import { oneLine } from '../one-line.js'

const FAILURE = 1
const USAGE = 2

const USAGE_CODES: ReadonlySet<unknown> = new Set(['ERR_INVALID_ARG_TYPE', 'ERR_OUT_OF_RANGE', 'ERR_USAGE'])

/**
 * Prints an error as one line on stderr.
 *
 * @param command the command that was called, and a space; '' for none
 * @returns the exit code
 */
export function reportError(error: unknown, command: string): number {
  const isUsage = USAGE_CODES.has(codeOf(error))
  const hint = isUsage ? ` Try 'winport ${command}--help'.` : ''
  const line = oneLine(messageOf(error))
  process.stderr.write(`winport: ${/[.!?)]$/.test(line) ? line : `${line}.`}${hint}\n`)
  return isUsage ? USAGE : FAILURE
}
