import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'
import getPort from 'get-port'
import { Bench } from 'tinybench'
import { medianLatency } from './median-latency.js'
import { atLeast, atMost } from './row.js'

const PORTS = 20
const SOME = 500
const MANY = 2000
const HAND_OVERS = 33_334
const WAYS = ['listen', 'bind', 'connect']

/** The hammer of the tests of transport-linux, which builds the strangers that it starts. */
const HAMMER = fileURLToPath(new URL('../../../packages/transport-linux/test/programs/hammer.js', import.meta.url))

/** @returns {Promise<import('./row.js').Row[]>} */
export async function measureLinuxHolds() {
  if (process.platform !== 'linux') return []
  const manager = new ReservationManager({ transport: createLinuxTransport() })
  const block = await manager.acquire({ protocol: 'tcp', count: PORTS })
  const hold = async (count) => await (await manager.acquire({ protocol: 'tcp', count })).release()
  const close = async (server) => {
    server.close()
    await once(server, 'close')
  }
  const listen = async (host) => {
    const server = createServer()
    await block.listen(server, host === undefined ? {} : { host })
    await close(server)
  }
  const listenPlainly = async (host) => {
    const server = createServer().listen(0, host)
    await once(server, 'listening')
    await close(server)
  }
  const bench = new Bench({ time: 800, warmupTime: 200 })
    .add('acquire 20', () => hold(PORTS))
    .add('acquire some', () => hold(SOME))
    .add('acquire many', () => hold(MANY))
    .add('hand-over on ::', () => listen())
    .add('plain listen on ::', () => listenPlainly())
    .add('hand-over on 127.0.0.1', () => listen('127.0.0.1'))
    .add('plain listen on 127.0.0.1', () => listenPlainly('127.0.0.1'))
  await bench.run()
  const peers = new Bench({ time: 0, iterations: 100, warmupTime: 0, warmupIterations: 10 })
  peers.add('get-port', async () => void (await Promise.all(Array.from({ length: PORTS }, () => getPort()))))
  await peers.run()
  await manager.close()

  const median = (name) => medianLatency(bench, name)
  const rows = [
    atLeast(
      10,
      `linux: ${PORTS} ports held and released, against get-port`,
      median('acquire 20'),
      medianLatency(peers, 'get-port'),
    ),
    atMost(
      2,
      `linux: a port of ${MANY} that are held and released, against one of ${SOME}`,
      median('acquire many') / MANY,
      median('acquire some') / SOME,
    ),
    ...['::', '127.0.0.1'].map((host) =>
      atMost(
        2,
        `linux: a hand-over on ${host}, against plain listen`,
        median(`hand-over on ${host}`),
        median(`plain listen on ${host}`),
      ),
    ),
  ]
  for (const way of WAYS) rows.push(await hammer(way))
  return rows
}

/** What two strangers take while ports are handed over. */
async function hammer(way) {
  const { stdout } = await promisify(execFile)(process.execPath, [HAMMER, way, String(HAND_OVERS)])
  const { tries, taken, lost } = JSON.parse(stdout)
  return {
    name: `linux: ports that strangers took, or hand-overs that failed, of ${HAND_OVERS}, ${way}`,
    figure: taken + lost,
    unit: '',
    target: '0',
    met: taken + lost === 0,
    detail: `${tries} tries of two programs`,
  }
}
