import type { MessageChannel } from 'node:worker_threads'

/**
 * Opens a message channel of Node. Its class is global, which is quicker than to load node:worker_threads. An environment that
 * simulates a web page has no such class, or another one, whose ports have no `ref()`.
 */
export function openChannel(): MessageChannel {
  if (typeof globalThis.MessageChannel === 'function') {
    const channel = new globalThis.MessageChannel()
    if ('ref' in channel.port1) return channel
  }
  const { MessageChannel } = process.getBuiltinModule('node:worker_threads')
  return new MessageChannel()
}
