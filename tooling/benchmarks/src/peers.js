import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'
import getPort from 'get-port'
import { getRandomPort } from 'get-port-please'
import portfinder from 'portfinder'
import { Bench } from 'tinybench'
import { microseconds } from './duration.js'
import { medianLatency } from './median-latency.js'

const PORTS = 20

/** How the well-known packages find 20 ports, each in the way that suits it best. None of them holds what it found. */
const PEERS = {
  'get-port': () => Promise.all(Array.from({ length: PORTS }, () => getPort())),
  'get-port-please': () => Promise.all(Array.from({ length: PORTS }, () => getRandomPort('127.0.0.1'))),
  portfinder: () => portfinder.getPortsPromise(PORTS, { host: '127.0.0.1', port: 20_000 }),
}

/** Acquire and release of 20 ports on the mock against the same number of ports found by others. */
export async function measurePeers() {
  const manager = new ReservationManager({ transport: new MockKernel().openTransport() })
  const bench = new Bench({ time: 800, warmupTime: 200 })
  bench.add('winport', async () => {
    const block = await manager.acquire({ protocol: 'tcp', count: PORTS })
    await block.release()
  })
  await bench.run()
  await manager.close()

  // By count, not by time: get-port locks what it returned for half a minute, and without end in sight it would lock
  // every ephemeral port of the machine and then look for a free one for ever.
  const peers = new Bench({ time: 0, iterations: 100, warmupTime: 0, warmupIterations: 10 })
  for (const [name, find] of Object.entries(PEERS)) peers.add(name, async () => void (await find()))
  await peers.run()

  const ours = medianLatency(bench, 'winport')
  return Object.keys(PEERS).map((name) => {
    const theirs = medianLatency(peers, name)
    return {
      name: `${PORTS} ports (mock), against ${name}`,
      figure: theirs / ours,
      unit: 'x faster',
      target: '>= 100x',
      met: theirs / ours >= 100,
      detail: `${microseconds(ours)} against ${microseconds(theirs)}`,
    }
  })
}
