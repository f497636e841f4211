// Makes many calls of each kind and prints how much heap, RSS and socket count have grown. Needs --expose-gc.
import {
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import { acquireBuffers, counts, setLatency } from '@winport/native-suite/programs'
import { SimulatedCall, simulatorLibraries } from '@winport/winsock-simulator'
import { createKoffiTransport } from '../dist/index.js'

const CALLS = Number(process.argv[2] ?? 100_000)
const transport = createKoffiTransport({ libraries: simulatorLibraries })
const socket = transport.openSocket({ protocol: 'tcp' })
const { input, output } = acquireBuffers(4)
const token = output.subarray(INET_PORT_RESERVATION_INSTANCE.offsetOf.Token)
const wrong = new Uint8Array(8)

async function run(calls) {
  for (let i = 0; i < calls / 8; i++) {
    socket.ioctl(SIO_ACQUIRE_PORT_RESERVATION, input, output)
    socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, token, null)
    socket.ioctl(SIO_RELEASE_PORT_RESERVATION, token, null)
    await socket.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, output)
    await socket.ioctlAsync(SIO_ASSOCIATE_PORT_RESERVATION, token, null)
    await socket.ioctlAsync(SIO_RELEASE_PORT_RESERVATION, token, null)
    for (const fail of [
      () => socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, wrong, null),
      () => socket.ioctlAsync(SIO_ASSOCIATE_PORT_RESERVATION, wrong, null),
    ]) {
      try {
        await fail()
      } catch {
        // The token is unknown.
      }
    }
  }
  // A few calls that are pending and do not fit into a block.
  setLatency(SimulatedCall.ACQUIRE, 1)
  const long = new Uint8Array(4096)
  for (let i = 0; i < calls / 1000; i++) {
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const one = transport.openSocket({ protocol: 'udp' })
        await one.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, long)
        one.close()
      }),
    )
  }
  setLatency(SimulatedCall.ACQUIRE, 0)
}

function measure() {
  globalThis.gc()
  globalThis.gc()
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  return { rss, heapUsed, arrayBuffers, sockets: counts().openSockets }
}

await run(CALLS / 2)
await run(CALLS / 2)
const before = measure()
await run(CALLS)
const after = measure()
await transport.close()
const grown = Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]))
console.log(JSON.stringify({ ...grown, left: counts() }))
