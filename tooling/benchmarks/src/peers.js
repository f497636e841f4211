import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'
import getPort from 'get-port'
import { getRandomPort } from 'get-port-please'
import portfinder from 'portfinder'
import { Bench } from 'tinybench'
import { microseconds } from './duration.js'
import { medianOf } from './fragmentation.js'

const PORTS = 20

/** How the well-known packages find 20 ports, each in the way that suits it best. None of them holds what it found. */
const PEERS = {
  'get-port': () => Promise.all(Array.from({ length: PORTS }, () => getPort())),
  'get-port-please': () => Promise.all(Array.from({ length: PORTS }, () => getRandomPort('127.0.0.1'))),
  portfinder: () => portfinder.getPortsPromise(PORTS, { host: '127.0.0.1', port: 20_000 }),
}

/** Acquire and release of 20 ports on the mock against the same number of ports found by others. */
export async function measurePeers() {
  const bench = new Bench({ time: 1000, warmupTime: 100 })
  const manager = new ReservationManager({ transport: new MockKernel().openTransport() })
  bench.add('winport', async () => {
    const block = await manager.acquire({ protocol: 'tcp', count: PORTS })
    await block.release()
  })
  for (const [name, find] of Object.entries(PEERS)) bench.add(name, async () => void (await find()))
  await bench.run()
  await manager.close()

  const ours = medianOf(bench, 'winport')
  return Object.keys(PEERS).map((name) => {
    const theirs = medianOf(bench, name)
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
