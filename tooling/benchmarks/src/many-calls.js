// Run by steadiness.js in a process of its own: prints how much heap, RSS and open sockets grow over very many calls of
// the backend that argv names.
import { readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import {
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import { ReservationManager } from '@winport/manager'
import { createKoffiTransport } from '@winport/transport-koffi'
import { createNapiTransport } from '@winport/transport-napi'
import { simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'

const CALLS = 1_000_000
const CYCLES = 100_000

const createTransport = process.argv[2] === 'napi' ? createNapiTransport : createKoffiTransport
const simulator = new WinsockSimulator('bench-steadiness', { startPort: 61_000, count: 4000 })
const manager = new ReservationManager({ transport: createTransport({ libraries: simulatorLibraries }) })
await run(0.1)
const before = await used()
await run(0.9)
const after = await used()
await manager.close()
simulator.destroy()
const growth = {
  heap: after.heap - before.heap,
  rss: after.rss - before.rss,
  sockets: after.sockets - before.sockets,
}
process.stdout.write(JSON.stringify({ growth, calls: CALLS, cycles: CYCLES }))

/** Makes this part of all the calls. */
async function run(part) {
  const socket = manager.transport.openSocket({ protocol: 'tcp' })
  const question = new Uint8Array(INET_PORT_RANGE.size)
  const answer = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  const token = new Uint8Array(answer.buffer, INET_PORT_RESERVATION_INSTANCE.offsetOf.Token)
  INET_PORT_RANGE.encode({ StartPort: 0, NumberOfPorts: 20 }, question)
  for (let i = 0; i < (CALLS * part) / 2; i++) {
    socket.ioctl(SIO_ACQUIRE_PORT_RESERVATION, question, answer)
    socket.ioctl(SIO_RELEASE_PORT_RESERVATION, token, null)
  }
  socket.close()
  for (let i = 0; i < CYCLES * part; i++) {
    const block = await manager.acquire({ protocol: 'tcp', count: 20 })
    await block.release()
  }
}

async function used() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await setTimeout(20)
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { heap: heapUsed + arrayBuffers, rss, sockets: readdirSync('/proc/self/fd').length }
}
