// A cluster of one worker, which listens and binds by every form. The worker prints which forms took their socket from it.
import cluster from 'node:cluster'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bindInto, interceptBind, interceptListen, newServerHandle } from '@winport/transport/backend'

const HOST = '127.0.0.1'
const MODE = { reuseAddr: false, ipv6Only: false, exclusiveAddressUse: false }
const PATH =
  process.platform === 'win32' ? '\\\\.\\pipe\\winport-cluster' : join(tmpdir(), `winport-cluster-${process.pid}`)

/** @type {Record<string, (server: import('node:net').Server) => unknown>} */
const LISTEN = {
  'listen()': (server) => server.listen(),
  'listen(callback)': (server) => server.listen(() => {}),
  'listen(0)': (server) => server.listen(0),
  'listen(0, host, backlog, callback)': (server) => server.listen(0, HOST, 7, () => {}),
  'listen({ port, host })': (server) => server.listen({ port: 0, host: HOST }),
  'listen(path)': (server) => server.listen(PATH),
  'listen({ path })': (server) => server.listen({ path: PATH }),
}

/** @type {Record<string, (socket: import('node:dgram').Socket) => unknown>} */
const BIND = {
  'bind()': (socket) => socket.bind(),
  'bind(callback)': (socket) => socket.bind(() => {}),
  'bind(0, host)': (socket) => socket.bind(0, HOST),
  'bind({ port, address })': (socket) => socket.bind({ port: 0, address: HOST }),
  'send()': (socket) => socket.send('x', 9, HOST),
}

async function work() {
  /** @type {string[]} */
  const taken = []
  for (const [form, listen] of Object.entries(LISTEN)) {
    const server = createServer()
    interceptListen(server, ({ address }) => {
      taken.push(form)
      const handle = newServerHandle()
      bindInto(handle, 'tcp', { address: address ?? '0.0.0.0', port: 0 }, MODE)
      return { handle, local: { address: HOST, family: 'IPv4', port: 0 } }
    })
    listen(server)
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
  }
  for (const [form, bind] of Object.entries(BIND)) {
    const socket = createSocket('udp4')
    interceptBind(socket, ({ address }, handle) => {
      taken.push(form)
      bindInto(handle, 'udp', { address, port: 0 }, MODE)
    })
    bind(socket)
    await once(socket, 'listening')
    socket.close()
    await once(socket, 'close')
  }
  return taken
}

if (cluster.isPrimary) {
  const worker = cluster.fork()
  const [taken] = await once(worker, 'message')
  console.log(JSON.stringify(taken))
} else {
  process.send?.(await work(), () => process.disconnect())
}
