import type { MessagePort } from 'node:worker_threads'
import { openChannel } from './open-channel.js'

// Turns come from a message channel, because fake timers replace setImmediate and setTimeout in globalThis and in node:timers, and
// some test environments have no setImmediate at all. One channel serves every caller of a thread.

let ports: { readonly first: MessagePort; readonly second: MessagePort } | undefined
let turn: { readonly ended: Promise<void>; readonly end: () => void } | undefined

/** Resolves in the next turn of the event loop: timers and I/O that are due run first. Keeps the process alive until then. */
export async function nextTurn(): Promise<void> {
  const { ended } = planTurn()
  ports?.first.ref()
  await ended
}

/** Does something in the next turn of the event loop, unless the process ends first. */
export function inNextTurn(work: () => void): void {
  void planTurn().ended.then(work)
}

function planTurn(): { readonly ended: Promise<void> } {
  if (turn !== undefined) return turn
  ports ??= openPorts()
  ports.second.postMessage(null)
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  turn = { ended, end }
  return turn
}

/**
 * Node receives up to 1000 messages of a port before it leaves the port, also those that are sent meanwhile. So a message goes from
 * one port to the other and back: the event loop cannot complete the way twice in one iteration.
 */
function openPorts(): { readonly first: MessagePort; readonly second: MessagePort } {
  const { port1: first, port2: second } = openChannel()
  first.on('message', () => first.postMessage(null))
  second.on('message', () => {
    first.unref()
    const ended = turn
    turn = undefined
    ended?.end()
  })
  first.unref()
  second.unref()
  return { first, second }
}
