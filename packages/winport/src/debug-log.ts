import { subscribe } from 'node:diagnostics_channel'
import { type DebugLogger, debuglog } from 'node:util'
import type { BindMessage, BlockMessage, FailureMessage } from '@winport/manager'
import { messageOf } from '@winport/transport/backend'
import { oneLine } from './one-line.js'

type Message = BlockMessage | BindMessage | FailureMessage

const log: DebugLogger = debuglog('winport')
let isSubscribed = false

/** With `NODE_DEBUG=winport`, prints every message of the manager's diagnostics channels to stderr. Is idempotent. */
export function logDiagnostics(): void {
  if (isSubscribed || !log.enabled) return
  isSubscribed = true
  for (const name of ['acquire', 'associate', 'bind', 'release', 'failure']) {
    subscribe(`winport:${name}`, (message) => log('%s', `${name} ${describe(message as Message)}`))
  }
}

function describe(message: Message): string {
  const { range, transport } = message
  const ports =
    range.startPort === 0 ? `${range.count} ports anywhere` : `${range.startPort}-${range.startPort + range.count - 1}`
  const block = `${range.protocol} ${ports} over ${transport}`
  if ('token' in message) return `${block}, token ${message.token}`
  if ('address' in message) return `${block}, ${message.address.address} port ${message.address.port}`
  const { error, operation } = message
  const cause =
    typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined
      ? ` [${messageOf(error.cause)}]`
      : ''
  return `${block}, ${operation}: ${oneLine(messageOf(error) + cause)}`
}
