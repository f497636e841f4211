import { type NativeBackend, SimulatedCall, UNTIL_RELEASED } from '@winport/winsock-simulator'
import { acquire, counts, openTransport, releasePending, setLatency } from './simulator-calls.js'

/**
 * Drops sockets without closing them, some with pending calls, and transports. Needs --expose-gc. Prints the numbers of
 * open sockets at first, while calls were pending, and in the end.
 */
export async function droppedSockets(backend: NativeBackend): Promise<void> {
  const transport = openTransport(backend)
  function drop(): void {
    for (let i = 0; i < 50; i++) transport.openSocket({ protocol: 'tcp' })
    const other = openTransport(backend)
    for (let i = 0; i < 50; i++) other.openSocket({ protocol: 'udp' })
  }
  setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
  const calls = Array.from({ length: 10 }, () => acquire(transport.openSocket({ protocol: 'tcp' }), 2))
  drop()
  const first = counts().openSockets
  const whilePending = await collect(10)
  setLatency(SimulatedCall.ACQUIRE, 0)
  releasePending(10)
  const ports = await Promise.all(calls)
  calls.length = 0
  console.log(JSON.stringify({ first, whilePending, ports, last: await collect(0), left: counts() }))
  await transport.close()
}

async function collect(until: number): Promise<number> {
  for (let round = 0; round < 100 && counts().openSockets > until; round++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return counts().openSockets
}
