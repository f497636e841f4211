import { ReservationManager } from '@winport/manager'
import { createKoffiTransport } from '@winport/transport-koffi'
import { MockKernel } from '@winport/transport-mock'
import { createNapiTransport } from '@winport/transport-napi'
import { simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'
import getPort from 'get-port'
import { getPort as getPortPlease, getRandomPort } from 'get-port-please'
import portfinder from 'portfinder'
import { Bench } from 'tinybench'
import { medianLatency } from './median-latency.js'
import { atLeast } from './row.js'

const PORTS = 20

/** How the well-known packages find 20 ports, called as their READMEs do. None of them holds what it found. */
const PEERS = {
  'get-port': () => Promise.all(Array.from({ length: PORTS }, () => getPort())),
  'get-port-please': () => Promise.all(Array.from({ length: PORTS }, () => getPortPlease())),
  portfinder: () => portfinder.getPortsPromise(PORTS),
}

/** The quickest that any of them can be made: one look at one address a port, where the others look at all addresses. */
const QUICKEST = {
  'get-port-please on one address': () => Promise.all(Array.from({ length: PORTS }, () => getRandomPort('127.0.0.1'))),
}

/** Acquire and release of 20 ports over each backend, against the fastest of the packages that find as many. */
export async function measurePeers() {
  const simulator = new WinsockSimulator('bench-peers', { startPort: 61_000, count: 4000 })
  const transports = {
    mock: new MockKernel().openTransport(),
    'mock on free host ports': new MockKernel({ avoidHostPorts: true }).openTransport(),
    koffi: createKoffiTransport({ libraries: simulatorLibraries }),
    napi: createNapiTransport({ libraries: simulatorLibraries }),
  }
  const bench = new Bench({ time: 800, warmupTime: 200 })
  const managers = Object.entries(transports).map(([name, transport]) => {
    const manager = new ReservationManager({ transport })
    bench.add(name, async () => {
      const block = await manager.acquire({ protocol: 'tcp', count: PORTS })
      await block.release()
    })
    return manager
  })
  await bench.run()
  for (const manager of managers) await manager.close()
  simulator.destroy()

  // By count, not by time: get-port locks what it returned for half a minute, and without end in sight it would lock
  // every ephemeral port of the machine and then look for a free one for ever.
  const peers = new Bench({ time: 0, iterations: 100, warmupTime: 0, warmupIterations: 10 })
  for (const [name, find] of Object.entries({ ...PEERS, ...QUICKEST })) peers.add(name, async () => void (await find()))
  await peers.run()

  return Object.keys(transports).flatMap((backend) => {
    // Looking at every port of the host, as the front door's mock does, costs what it costs.
    const isTarget = backend !== 'mock on free host ports'
    const row = (peer, least) =>
      atLeast(
        least,
        `${backend}: ${PORTS} ports through the manager, against ${peer}`,
        medianLatency(bench, backend),
        medianLatency(peers, peer),
      )
    return [
      ...Object.keys(PEERS).map((peer) => row(peer, isTarget ? 100 : undefined)),
      ...Object.keys(QUICKEST).map((peer) => row(peer)),
    ]
  })
}
