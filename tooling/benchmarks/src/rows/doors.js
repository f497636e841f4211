// What a block offers, against what Node itself has for it: over the mock of the front door, and over the addon.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Agent, createServer, get } from 'node:http'
import { connect } from 'node:net'
import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'
import { measureInRounds } from '../rounds.js'
import { ratioRow } from '../row.js'
import { close, createServers, LOCAL, listen, SERVERS } from '../servers.js'
import { simulate } from '../simulated-manager.js'

const ROUNDS = 70
const REQUESTS = 30

const { simulator, manager } = simulate()
const backends = { mock: new ReservationManager({ transport: new MockKernel().openTransport() }), napi: manager }
const remote = createServer()
await listen(remote)
const { port } = remote.address()

/** One after another, so that each is timed alone. */
const inTurn = (start) => async (subjects) => {
  const started = []
  for (const subject of subjects) started.push(await start(subject))
  return started.every((one) => one === undefined) ? subjects : started
}
const servers = (start) => ({ before: createServers, run: inTurn(start), after: close })
const datagrams = (start) => ({
  before: () => Array.from({ length: SERVERS }, () => createSocket('udp4')),
  run: inTurn(start),
  after: async (sockets) => {
    for (const socket of sockets) await new Promise((resolve) => socket.close(resolve))
  },
})
const connections = (start) => ({
  before: () => Array.from({ length: SERVERS }, () => ({ host: LOCAL, port })),
  run: inTurn(start),
  after: async (sockets) => {
    for (const socket of sockets) {
      socket.resetAndDestroy()
      await once(socket, 'close')
    }
  },
})

const listening = { node: servers((server) => listen(server)) }
const attached = { node: servers((server) => listen(server)) }
const bound = {
  node: datagrams(async (socket) => {
    socket.bind({ address: LOCAL })
    await once(socket, 'listening')
  }),
}
const connected = {
  node: connections(async (where) => {
    const socket = connect(where)
    await once(socket, 'connect')
    return socket
  }),
}
for (const [name, { acquire }] of Object.entries(backends).map(([name, one]) => [
  name,
  { acquire: one.acquire.bind(one) },
])) {
  const tcp = await acquire({ protocol: 'tcp', count: SERVERS })
  const udp = await acquire({ protocol: 'udp', count: SERVERS })
  listening[name] = servers(async (server) => void (await tcp.listen(server, { host: LOCAL })))
  attached[name] = servers(async (server) => {
    tcp.attach(server)
    await listen(server)
  })
  bound[name] = datagrams(async (socket) => void (await udp.bind(socket, { host: LOCAL })))
  connected[name] = connections((where) => tcp.connect(where))
}

const options = { rounds: ROUNDS, calls: SERVERS }
const results = {
  listen: await measureInRounds(listening, options),
  attach: await measureInRounds(attached, options),
  bind: await measureInRounds(bound, options),
  connect: await measureInRounds(connected, options),
}

// Requests on one connection, to a server on an adopted socket and to a plain one.
const [adopted, plain] = createServers()
await (await manager.acquire({ protocol: 'tcp', count: 1 })).listen(adopted, { host: LOCAL })
await listen(plain)
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const requests = (server) => async () => {
  for (let i = 0; i < REQUESTS; i++) {
    await new Promise((resolve, reject) => {
      get({ host: LOCAL, port: server.address().port, agent }, (response) => response.resume().on('end', resolve)).on(
        'error',
        reject,
      )
    })
  }
}
const served = await measureInRounds(
  { adopted: requests(adopted), plain: requests(plain) },
  { rounds: ROUNDS, calls: REQUESTS },
)
agent.destroy()
await close([adopted, plain, remote])
for (const one of Object.values(backends)) await one.close()
simulator.destroy()

const LIMITS = {
  listen: { mock: 1.8, napi: 2.85 },
  attach: { mock: 2.15, napi: 2.95 },
  bind: { mock: 2.6, napi: 4.4 },
  connect: { mock: 1.85, napi: 3.15 },
}
const rows = Object.entries(LIMITS).flatMap(([door, limits]) =>
  Object.entries(limits).map(([name, limit]) =>
    ratioRow(limit, `${name}: block.${door}, against Node's own`, results[door][name], results[door].node),
  ),
)
rows.push(ratioRow(1.15, 'napi: a request to an adopted server, against a plain one', served.adopted, served.plain))
console.log(JSON.stringify(rows))
