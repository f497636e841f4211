// Acquires, associates, binds, listens and releases repeatedly: node cycles.js <cycles>. Prints how much memory has grown since
// a warm-up of a tenth as many cycles. Needs --expose-gc. Leak checkers run it too.
import { once } from 'node:events'
import { createServer } from 'node:net'
import {
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import { acquireBuffers, counts, setLatency } from '@winport/native-suite/programs'
import { SimulatedCall, simulatorLibraries } from '@winport/winsock-simulator'
import { createNapiTransport } from '../dist/index.js'

const CYCLES = Number(process.argv[2] ?? 1000)
const transport = createNapiTransport({ libraries: simulatorLibraries })

async function cycle(number) {
  const { input, output } = acquireBuffers(4)
  const anchor = transport.openSocket({ protocol: 'tcp' })
  setLatency(SimulatedCall.ACQUIRE, number % 10 === 0 ? 1 : 0)
  await anchor.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, output)
  const token = output.slice(INET_PORT_RESERVATION_INSTANCE.offsetOf.Token)
  const socket = transport.openSocket({ protocol: 'tcp' })
  socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, token, null)
  socket.bind({ address: '127.0.0.1', port: 0 })
  const server = createServer()
  await socket.listen(server)
  server.close()
  await once(server, 'close')
  anchor.ioctl(SIO_RELEASE_PORT_RESERVATION, token, null)
  anchor.close()
  await transport.persistent.lookup({ protocol: 'tcp', startPort: 1, count: 1 }).catch(() => {})
}

function measure() {
  globalThis.gc?.()
  globalThis.gc?.()
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  return { rss, heapUsed, arrayBuffers }
}

for (let number = 0; number < CYCLES / 10; number++) await cycle(number)
const before = measure()
for (let number = 0; number < CYCLES; number++) await cycle(number)
const after = measure()
const grown = Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]))
await transport.close()
console.log(JSON.stringify({ ...grown, left: counts() }))
