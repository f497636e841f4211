// The user's job: find 20 ports and listen on them, alone and with a request to each server.
import { Agent, get } from 'node:http'
import { detectPort } from 'detect-port'
import getPort, { clearLockedPorts } from 'get-port'
import { getRandomPort } from 'get-port-please'
import portfinder from 'portfinder'
import { setKnownFault } from '../known-fault.js'
import { measureInRounds } from '../rounds.js'
import { ratioRow } from '../row.js'
import { close, createServers, LOCAL, listen, SERVERS } from '../servers.js'
import { simulate } from '../simulated-manager.js'

const { simulator, manager } = simulate()
const each = (find) => async (servers) => {
  await Promise.all(servers.map((server) => findAndListen(server, find)))
}

/** Nothing holds the ports that the other packages find: two calls may find the same one, and then a user tries again. */
async function findAndListen(server, find) {
  try {
    await listen(server, await find())
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error
    await findAndListen(server, find)
  }
}

/** How each makes twenty servers listen. What it returns is released in the end. */
const WAYS = {
  winport: async (servers) => {
    const block = await manager.acquire({ protocol: 'tcp', count: SERVERS })
    await Promise.all(servers.map((server) => block.listen(server, { host: LOCAL })))
    return block
  },
  'listen(0)': each(() => 0),
  'get-port': each(() => getPort()),
  getRandomPort: each(() => getRandomPort(LOCAL)),
  'detect-port': each(() => detectPort()),
  portfinder: async (servers) => {
    const ports = await portfinder.getPortsPromise(SERVERS)
    await Promise.all(servers.map((server, index) => listen(server, ports[index])))
  },
}

const alone = {}
const whole = {}
for (const [name, start] of Object.entries(WAYS)) {
  // get-port remembers for 15 to 30 seconds what it returned.
  const before = () => {
    clearLockedPorts()
    return createServers()
  }
  alone[name] = {
    before,
    run: async (servers) => ({ servers, block: await start(servers) }),
    after: async ({ servers, block }) => {
      await close(servers)
      await block?.release()
    },
  }
  whole[name] = {
    before,
    run: async (servers) => {
      const block = await start(servers)
      const agent = new Agent()
      await Promise.all(servers.map((server) => request(agent, server.address().port)))
      await close(servers)
      await block?.release()
    },
  }
}

async function request(agent, port) {
  await new Promise((resolve, reject) => {
    get({ host: LOCAL, port, agent }, (response) => response.resume().on('end', resolve)).on('error', reject)
  })
}

const found = await measureInRounds(alone, { rounds: 80 })
setKnownFault('job')
const done = await measureInRounds(whole, { rounds: 40 })
await manager.close()
simulator.destroy()

const rows = [
  ratioRow(2, 'find + listen of 20 servers, against listen(0)', found.winport, found['listen(0)']),
  ratioRow(1.65, 'find + listen of 20 servers, against getRandomPort', found.winport, found.getRandomPort),
  ratioRow(0.81, 'find + listen of 20 servers, against get-port', found.winport, found['get-port']),
  ratioRow(0.3, 'find + listen of 20 servers, against detect-port', found.winport, found['detect-port']),
  ratioRow(0.45, 'find + listen of 20 servers, against portfinder', found.winport, found.portfinder),
  ratioRow(1.45, 'the same with requests, against listen(0)', done.winport, done['listen(0)']),
  ratioRow(1.3, 'the same with requests, against getRandomPort', done.winport, done.getRandomPort),
  ratioRow(1.05, 'the same with requests, against get-port', done.winport, done['get-port']),
]
console.log(JSON.stringify(rows))
