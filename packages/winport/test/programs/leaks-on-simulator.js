// Drops blocks without a release, on the simulator: leaks-on-simulator.js <backend> <ports, such as 12000+500>.
// Needs --expose-gc. Prints the numbers of reservations and sockets of this process before and after garbage collection. One block is kept.
import { ReservationManager } from '@winport/manager'
import { simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'

const [, , backend, range = ''] = process.argv
const [startPort, count] = range.split('+').map(Number)
const { createKoffiTransport, createNapiTransport } = await import(`@winport/transport-${backend}`)
const simulator = new WinsockSimulator(`leaks-${backend}-${process.pid}`, { startPort, count })
const transport = (createNapiTransport ?? createKoffiTransport)({ libraries: simulatorLibraries })
const manager = new ReservationManager({ transport })

function counts() {
  const { openSockets, runtimeReservations } = simulator.counts()
  return [runtimeReservations, openSockets]
}

async function drop() {
  for (let i = 0; i < 10; i++) await manager.acquire({ protocol: 'tcp', count: 2 })
  await manager.acquireMatched({ count: 2 })
}

const kept = await manager.acquire({ protocol: 'udp', count: 2 })
await drop()
const before = counts()
for (let round = 0; round < 100 && counts()[1] > 1; round++) {
  globalThis.gc()
  await new Promise((resolve) => setTimeout(resolve, 5))
}
const after = counts()
await manager.close()
console.log(JSON.stringify({ before, after, kept: kept.released, closed: counts() }))
simulator.destroy()
