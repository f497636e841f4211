// The program of test/run-adoption.ts. It adopts the bound descriptors that it inherits, from 3 up, and prints its result as
// JSON. It is plain JavaScript because every supported Node.js runs it.
import cluster from 'node:cluster'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { createServer as createHttpServer, get } from 'node:http'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import {
  attachHandle,
  closeGuard,
  connectHandle,
  listenOnHandle,
  newDatagramHandle,
  newServerHandle,
  openConnectionHandle,
  openDatagramHandle,
  openServerHandle,
} from '@winport/transport/backend'
import { NativeSocket } from '@winport/transport/native'

const HOST = '127.0.0.1'
const FIRST = 3
const SECOND = 4

/** @type {Record<string, () => Promise<unknown>>} */
const scenarios = {
  async serve() {
    const before = openSockets()
    const server = createHttpServer((_request, response) => response.end('served'))
    await listenOnHandle(server, openServerHandle(FIRST), 16)
    const address = server.address()
    const body = await fetchBody(address)
    await close(server)
    return { address, body, closed: before - openSockets() }
  },

  async serveInThread() {
    const worker = new Worker(new URL(import.meta.url), { argv: ['serve'], stdout: true })
    return JSON.parse(await text(worker.stdout)).seen
  },

  async echo() {
    const before = openSockets()
    const receiver = createSocket('udp4')
    let listened = false
    receiver.on('listening', () => {
      listened = true
    })
    receiver.on('message', (message, sender) => receiver.send(`echo ${message}`, sender.port, sender.address))
    await attachHandle(receiver, openDatagramHandle(FIRST))
    const address = receiver.address()
    const sender = createSocket('udp4')
    const answered = once(sender, 'message')
    sender.send('ping', address.port, address.address)
    const [answer, from] = await answered
    await Promise.all([close(receiver), close(sender)])
    return { address, listened, answer: String(answer), answeredFrom: from.port, closed: before - openSockets() }
  },

  async connect() {
    const before = openSockets()
    const server = await listeningServer()
    const remote = { address: HOST, port: portOf(server) }
    const connection = await connectHandle(openConnectionHandle(FIRST), remote)
    const { localAddress, localPort, localFamily, remotePort } = connection
    connection.end()
    const peerSaw = await text(connection)
    connection.destroy()
    await Promise.all([close(server), closed(connection)])
    return {
      localAddress,
      localPort,
      localFamily,
      peerSaw,
      reached: remotePort === remote.port,
      closed: before - openSockets(),
    }
  },

  async refusedConnection() {
    const before = openSockets()
    const server = await listeningServer()
    const remote = { address: HOST, port: portOf(server) }
    await close(server)
    const error = await failure(() => connectHandle(openConnectionHandle(FIRST), remote))
    return { error, closed: before - openSockets() }
  },

  async abortedConnection() {
    const before = openSockets()
    const server = await listeningServer()
    const abort = new AbortController()
    const remote = { address: HOST, port: portOf(server) }
    const early = failure(() =>
      connectHandle(openConnectionHandle(FIRST), remote, { signal: AbortSignal.abort('too late') }),
    )
    const late = failure(() => connectHandle(openConnectionHandle(SECOND), remote, { signal: abort.signal }))
    abort.abort('enough')
    const errors = [await early, await late]
    await close(server)
    return { errors, closed: before - openSockets() }
  },

  async badDescriptor() {
    const before = openSockets()
    const errors = []
    for (const open of [openServerHandle, openConnectionHandle, openDatagramHandle]) {
      errors.push(await failure(async () => open(unusedDescriptor())))
    }
    return { errors, closed: before - openSockets() }
  },

  async notASocket() {
    const file = openSync(fileURLToPath(import.meta.url), 'r')
    const error = await failure(async () => openDatagramHandle(file))
    const readable = readSync(file, Buffer.alloc(2)) === 2
    closeSync(file)
    return { error, readable }
  },

  async ownedAlready() {
    const server = createHttpServer((_request, response) => response.end('still served'))
    await listenOnHandle(server, openServerHandle(FIRST))
    const error = await failure(async () => openServerHandle(FIRST))
    const body = await fetchBody(server.address())
    await close(server)
    return { error, body }
  },

  async serverThatListensAlready() {
    const server = await listeningServer()
    const before = openSockets()
    const error = await failure(() => listenOnHandle(server, openServerHandle(FIRST)))
    const result = { error, closed: before - openSockets(), stillListening: server.listening }
    await close(server)
    return result
  },

  async listenThatTheKernelRefuses() {
    const before = openSockets()
    const [first, second] = [createServer(), createServer()]
    await listenOnHandle(first, openServerHandle(FIRST))
    const error = await failure(() => listenOnHandle(second, openServerHandle(SECOND)))
    const result = { error, closed: before - openSockets(), listening: second.listening, closedAll: 0 }
    await close(first)
    return { ...result, closedAll: before - openSockets() }
  },

  async serverThatClosesFirst() {
    const before = openSockets()
    const server = createServer()
    const listening = failure(() => listenOnHandle(server, openServerHandle(FIRST)))
    server.close()
    const error = await listening
    return { error, closed: before - openSockets() }
  },

  async serverThatClosesMeanwhile() {
    const before = openSockets()
    const server = createServer()
    const throwIfClosed = closeGuard(server)
    const handle = openServerHandle(FIRST)
    server.close()
    await once(server, 'close')
    const error = await failure(() => listenOnHandle(server, handle, undefined, throwIfClosed))
    return { error, closed: before - openSockets(), listening: server.listening }
  },

  async nativeSocketOfClosedServer() {
    const before = openSockets()
    /** @type {any} */
    const home = {
      calls: { bind: () => 0, setOption: () => 0, descriptor: (/** @type {number} */ fd) => fd, disown: () => {} },
      outstanding: { track: (/** @type {Promise<unknown>} */ call) => call },
      keep: () => {},
      forget: () => {},
    }
    const socket = new NativeSocket('tcp', 'ipv4', FIRST, home)
    socket.bind({ address: HOST, port: 0 }) // FIRST is bound already
    const server = createServer()
    const listening = failure(() => socket.listen(server))
    server.close()
    const error = await listening
    return { error, closed: before - openSockets(), listening: server.listening }
  },

  async serverThatListensAgain() {
    const server = createHttpServer((_request, response) => response.end('again'))
    await new Promise((resolve) => server.listen(0, HOST, () => resolve(undefined)))
    server.close() // 'close' is emitted after the server starts to listen again
    await listenOnHandle(server, openServerHandle(FIRST))
    const address = server.address()
    const body = await fetchBody(address)
    await close(server)
    return { address, body }
  },

  async datagramSocketsThatCannotAttach() {
    const bound = createSocket('udp4').bind(0, HOST)
    await once(bound, 'listening')
    const gone = createSocket('udp4')
    await close(gone)
    const before = openSockets()
    const errors = [
      await failure(() => attachHandle(bound, openDatagramHandle(FIRST))),
      await failure(() => attachHandle(gone, openDatagramHandle(SECOND))),
    ]
    const result = { errors, closed: before - openSockets() }
    await close(bound)
    return result
  },

  async clusterWorkers() {
    const workers = ['first', 'second'].map((name, index) => {
      const stdio = ['inherit', 'pipe', 'inherit', FIRST + index, 'ipc']
      cluster.setupPrimary({ args: ['inClusterWorker', name], stdio })
      return cluster.fork()
    })
    const ports = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0].port))
    const bodies = await Promise.all(ports.map((port) => fetchBody({ address: HOST, family: 'IPv4', port })))
    for (const worker of workers) worker.send('close')
    const outputs = await Promise.all(workers.map(({ process: { stdout } }) => (stdout === null ? '' : text(stdout))))
    return { ports, bodies, closed: outputs.map((output) => JSON.parse(output).seen.closed) }
  },

  async inClusterWorker() {
    const before = openSockets()
    const server = createHttpServer((_request, response) => response.end(`${process.argv[3]} worker`))
    await listenOnHandle(server, openServerHandle(FIRST))
    process.send?.({ port: portOf(server) })
    await once(process, 'message')
    await close(server)
    setImmediate(() => process.disconnect())
    return { closed: before - openSockets() }
  },

  async refused() {
    const before = openSockets()
    const error = await failure(async () => openServerHandle(FIRST))
    return { error, closed: before - openSockets() }
  },

  async constants() {
    const [tcp, udp] = ['tcp_wrap', 'udp_wrap'].map((name) => Reflect.get(process, 'binding')(name))
    return {
      ofNode: {
        TCP_SERVER: tcp.constants.SERVER,
        TCP_SOCKET: tcp.constants.SOCKET,
        UV_UDP_IPV6ONLY: udp.constants.UV_UDP_IPV6ONLY,
        UV_UDP_REUSEADDR: udp.constants.UV_UDP_REUSEADDR,
      },
      sameClasses: [newServerHandle() instanceof tcp.TCP, newDatagramHandle() instanceof udp.UDP],
    }
  },
}

/** The number of descriptors of this process that are sockets. */
function openSockets() {
  let count = 0
  for (let descriptor = 0; descriptor < 256; descriptor++) if (isSocket(descriptor)) count++
  return count
}

/** @param {number} descriptor */
function isSocket(descriptor) {
  try {
    return fstatSync(descriptor).isSocket()
  } catch {
    return false
  }
}

function unusedDescriptor() {
  for (let descriptor = 200; ; descriptor++) {
    try {
      fstatSync(descriptor)
    } catch {
      return descriptor
    }
  }
}

/** @param {() => Promise<unknown>} call */
async function failure(call) {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { name, message, cause } = error
    const { code, errno, syscall } = /** @type {NodeJS.ErrnoException} */ (error)
    return { name, message, code, errno, syscall, cause: cause instanceof Error ? cause.message : cause }
  }
  throw new Error('should have failed')
}

async function listeningServer() {
  const server = createServer((connection) => {
    connection.on('error', () => {}) // the other end may be closed already
    connection.end(String(connection.remotePort))
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  return server
}

/** @param {ReturnType<import('node:net').Server['address']>} address */
async function fetchBody(address) {
  const request = get({ host: HOST, port: portIn(address), agent: false })
  const over = once(request, 'close')
  const [response] = await once(request, 'response')
  const body = await text(response)
  await over
  return body
}

/** @param {import('node:net').Server} server */
function portOf(server) {
  return portIn(server.address())
}

/** @param {ReturnType<import('node:net').Server['address']>} address */
function portIn(address) {
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** @param {import('node:net').Server | import('node:dgram').Socket} owner */
async function close(owner) {
  owner.close()
  await once(owner, 'close')
}

/** @param {import('node:net').Socket} connection */
async function closed(connection) {
  if (!connection.closed) await once(connection, 'close')
}

const scenario = scenarios[process.argv[2] ?? '']
if (scenario === undefined) throw new Error(`no scenario ${process.argv[2]}`)
process.stdout.write(JSON.stringify({ version: process.version, seen: await scenario() }))
