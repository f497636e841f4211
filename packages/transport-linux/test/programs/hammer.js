// Hands ports of a block over while two strangers try to take every port of it: node hammer.js <way> <count> [reuseport].
// Ways: listen, bind, connect; and naive, which releases a port and listens on it as any program would. Prints how often the
// strangers tried, what they took, and which hand-overs failed.
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '../../dist/index.js'

const [way, count, reusePort] = process.argv.slice(2)
const PORTS = 4
const HOSTS = [undefined, '127.0.0.1', '0.0.0.0', '::1']
const program = fileURLToPath(new URL('../../build/linux/stranger', import.meta.url))

class Stranger {
  constructor(block) {
    const passed = [block.startPort, block.count, ...(reusePort === undefined ? [] : [reusePort])].map(String)
    this.child = spawn(program, passed, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]()
  }

  async ready() {
    await this.lines.next()
  }

  async finish() {
    this.child.stdin.end()
    return JSON.parse((await this.lines.next()).value)
  }
}

const losses = new Map()

async function attempt(handOver) {
  try {
    await handOver()
  } catch (error) {
    losses.set(error.message, (losses.get(error.message) ?? 0) + 1)
  }
}

async function listen(server, start) {
  await start()
  server.close()
  await once(server, 'close')
}

const remotes = []
for (const host of ['127.0.0.1', '127.0.0.2']) {
  const remote = createServer((connection) => connection.on('error', () => {}).end()).listen(0, host)
  await once(remote, 'listening')
  remotes.push(remote)
}

/** What one hand-over does, for each way. */
const WAYS = {
  listen: async (block, i) => {
    const server = createServer()
    const port = block.startPort + (i % PORTS)
    // A port stays with its host: an unprivileged process cannot give a port back to '::' that was on a loopback address.
    const host = HOSTS[i % PORTS]
    await listen(server, () => block.listen(server, host === undefined ? { port } : { host, port }))
  },
  bind: async (block, i) => {
    const isIpv6 = i % 2 === 1
    const socket = createSocket(isIpv6 ? 'udp6' : 'udp4')
    const host = [undefined, '::1', '127.0.0.1', undefined][i % 4]
    await block.bind(socket, host === undefined ? {} : { host })
    socket.close()
  },
  connect: async (block, i) => {
    const { address, port } = remotes[i % remotes.length].address()
    const connection = await block.connect({ host: address, port, localPort: block.startPort + ((i >> 1) % PORTS) })
    connection.resume()
    await once(connection, 'close')
  },
}

async function main() {
  const manager = new ReservationManager({ transport: createLinuxTransport() })
  const protocol = way === 'bind' ? 'udp' : 'tcp'
  let block = await manager.acquire({ protocol, count: PORTS })
  // The strangers are allowed the ports of the other protocol: hold these too.
  const other = await manager.acquire({ protocol: protocol === 'tcp' ? 'udp' : 'tcp', ...placeOf(block) })
  const strangers = [new Stranger(block), new Stranger(block)]
  for (const stranger of strangers) await stranger.ready()
  for (let i = 0; i < Number(count); i++) {
    if (way === 'naive') {
      const place = placeOf(block)
      await block.release()
      const server = createServer()
      await attempt(() =>
        listen(server, async () => {
          server.listen(place.startPort)
          await once(server, 'listening')
        }),
      )
      block = await reacquire(manager, place)
    } else {
      await attempt(() => WAYS[way](block, i))
    }
  }
  const found = []
  for (const stranger of strangers) found.push(await stranger.finish())
  const sum = (name) => found.reduce((total, one) => total + one[name], 0)
  const lost = [...losses.values()].reduce((total, one) => total + one, 0)
  console.log(JSON.stringify({ tries: sum('tries'), taken: sum('taken'), lost, losses: Object.fromEntries(losses) }))
  await other.release()
  await manager.close()
  for (const remote of remotes) remote.close()
}

function placeOf({ startPort, count: ports }) {
  return { startPort, count: ports }
}

async function reacquire(manager, place) {
  for (;;) {
    try {
      return await manager.acquire({ protocol: 'tcp', ...place })
    } catch {
      // a stranger has a port at this moment
    }
  }
}

await main()
