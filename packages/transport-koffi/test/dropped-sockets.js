// Drops sockets without closing them, some with a call pending, and whole transports. Needs --expose-gc. Prints the sockets
// that were open at first, while calls were pending, and in the end.
import { ACQUIRE, acquire, counts, openTransport, releasePending, setLatency, UNTIL_RELEASED } from './plain-node.js'

async function collect(until) {
  for (let round = 0; round < 100 && counts().openSockets > until; round++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return counts().openSockets
}

const transport = openTransport()
function drop() {
  for (let i = 0; i < 50; i++) transport.openSocket({ protocol: 'tcp' })
  const other = openTransport()
  for (let i = 0; i < 50; i++) other.openSocket({ protocol: 'udp' })
}
setLatency(ACQUIRE, UNTIL_RELEASED)
const calls = Array.from({ length: 10 }, () => acquire(transport.openSocket({ protocol: 'tcp' }), 2))
drop()
const first = counts().openSockets
const whilePending = await collect(10)
setLatency(ACQUIRE, 0)
releasePending(10)
const ports = (await Promise.all(calls)).map((output) => output[2])
calls.length = 0
console.log(JSON.stringify({ first, whilePending, ports, last: await collect(0), left: counts() }))
await transport.close()
