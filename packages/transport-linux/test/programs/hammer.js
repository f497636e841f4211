// Hands ports of a block over while two strangers try to take every port of it: node hammer.js <way> <count> [reuseport].
// Ways: listen, bind, connect; and naive, which releases a port and listens on it as any program would. Prints how often the
// strangers tried, what they took, and which hand-overs failed.
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
} from '@winport/definitions'
import { encodeRange, encodeToken } from '@winport/transport/conformance'
import { createLinuxTransport } from '../../dist/index.js'

const [way, count, reusePort] = process.argv.slice(2)
const PORTS = 4
const HOSTS = ['::', '127.0.0.1', '0.0.0.0', '::1']
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

/** Ports that are held until the block is released. */
class Block {
  constructor(transport, protocol, count, startPort = 0) {
    this.transport = transport
    this.protocol = protocol
    this.count = count
    const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
    this.anchor = transport.openSocket({ protocol })
    try {
      this.anchor.ioctl(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(startPort, count), output)
    } catch (error) {
      this.anchor.close()
      throw error
    }
    const { StartPort, Token } = INET_PORT_RESERVATION_INSTANCE.decode(output)
    this.startPort = StartPort
    this.token = Token
  }

  /** @returns a socket that is bound to a port of the block */
  bind(address, port) {
    const socket = this.transport.openSocket({
      protocol: this.protocol,
      family: address.includes(':') ? 'ipv6' : 'ipv4',
    })
    try {
      socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, encodeToken(this.token), null)
      socket.bind({ address, port })
    } catch (error) {
      socket.close()
      throw error
    }
    return socket
  }

  release() {
    this.anchor.close()
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
    // A port stays with its host: an unprivileged process cannot give a port back to '::' that was on a loopback address.
    const socket = block.bind(HOSTS[i % PORTS], block.startPort + (i % PORTS))
    await listen(server, () => socket.listen(server))
  },
  bind: async (block, i) => {
    const socket = createSocket(i % 2 === 1 ? 'udp6' : 'udp4')
    await block.bind(['0.0.0.0', '::1', '127.0.0.1', '::'][i % 4], block.startPort + (i % PORTS)).adopt(socket)
    socket.close()
  },
  connect: async (block, i) => {
    const { address, port } = remotes[i % remotes.length].address()
    const socket = block.bind('0.0.0.0', block.startPort + ((i >> 1) % PORTS))
    const connection = await socket.connect({ address, port })
    connection.resume()
    await once(connection, 'close')
  },
}

async function main() {
  const transport = createLinuxTransport()
  const protocol = way === 'bind' ? 'udp' : 'tcp'
  let block = new Block(transport, protocol, PORTS)
  // The strangers are allowed the ports of the other protocol: hold these too.
  const other = new Block(transport, protocol === 'tcp' ? 'udp' : 'tcp', PORTS, block.startPort)
  const strangers = [new Stranger(block), new Stranger(block)]
  for (const stranger of strangers) await stranger.ready()
  for (let i = 0; i < Number(count); i++) {
    if (way === 'naive') {
      const { startPort } = block
      block.release()
      const server = createServer()
      await attempt(() =>
        listen(server, async () => {
          server.listen(startPort)
          await once(server, 'listening')
        }),
      )
      block = await reacquire(transport, startPort)
    } else {
      await attempt(() => WAYS[way](block, i))
    }
  }
  const found = []
  for (const stranger of strangers) found.push(await stranger.finish())
  const sum = (name) => found.reduce((total, one) => total + one[name], 0)
  const lost = [...losses.values()].reduce((total, one) => total + one, 0)
  console.log(JSON.stringify({ tries: sum('tries'), taken: sum('taken'), lost, losses: Object.fromEntries(losses) }))
  other.release()
  await transport.close()
  for (const remote of remotes) remote.close()
}

async function reacquire(transport, startPort) {
  for (;;) {
    try {
      return new Block(transport, 'tcp', PORTS, startPort)
    } catch {
      await nextTurn() // a stranger has a port at this moment
    }
  }
}

await main()
