import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'
import { Bench } from 'tinybench'
import { medianLatency } from './median-latency.js'
import { atMost } from './row.js'

const BLOCK = 20
const LEVELS = [0, 50, 99]

/** Acquire and release of 20 ports through the manager, in pools of which so much is taken, in pieces. */
export async function measureFragmentation() {
  const bench = new Bench({ time: 800, warmupTime: 200 })
  const managers = LEVELS.map((percent) => {
    const manager = new ReservationManager({ transport: fragmentedKernel(percent).openTransport() })
    bench.add(`${percent}`, async () => {
      const block = await manager.acquire({ protocol: 'tcp', count: BLOCK })
      await block.release()
    })
    return manager
  })
  await bench.run()
  for (const manager of managers) await manager.close()

  const medians = LEVELS.map((percent) => medianLatency(bench, `${percent}`))
  const [empty] = medians
  return LEVELS.slice(1).map((percent, index) =>
    atMost(3, `acquire + release, pool ${percent} % taken, against an empty one`, medians[index + 1], empty),
  )
}

/** Takes single ports all over the dynamic range, and leaves one gap for the block at its very end. */
function fragmentedKernel(percent) {
  const kernel = new MockKernel()
  const { startPort, count } = kernel.dynamicRange
  const transport = kernel.openTransport()
  const gap = startPort + count - BLOCK
  // Of any hundred ports the first `percent` in a scattered order, so that no long run is left but the gap.
  for (let port = startPort; port < gap; port++) {
    if (((port - startPort) * 37) % 100 >= percent) continue
    transport.openSocket({ protocol: 'tcp' }).bind({ address: '127.0.0.1', port })
  }
  return kernel
}
