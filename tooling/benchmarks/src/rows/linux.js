// The real ports of Linux, over transport-linux.
import { createServer } from 'node:net'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'
import getPort, { clearLockedPorts } from 'get-port'
import { floor } from '../floor.js'
import { measureInRounds } from '../rounds.js'
import { ratioRow } from '../row.js'
import { close, listen } from '../servers.js'

const PORTS = 20
const MANY = 2000
const CYCLES = 10

const manager = new ReservationManager({ transport: createLinuxTransport() })
const block = await manager.acquire({ protocol: 'tcp', count: PORTS })
const hold = async (count) => await (await manager.acquire({ protocol: 'tcp', count })).release()
const repeat = (work) => async () => {
  for (let i = 0; i < CYCLES; i++) await work()
}
const handOver = (host) =>
  repeat(async () => {
    const server = createServer()
    await block.listen(server, { host })
    await close([server])
  })
const listenPlainly = (host) =>
  repeat(async () => {
    const server = createServer()
    await listen(server, 0, host)
    await close([server])
  })

const holds = await measureInRounds(
  {
    winport: repeat(() => hold(PORTS)),
    getPort: {
      before: clearLockedPorts,
      run: repeat(() => Promise.all(Array.from({ length: PORTS }, () => getPort()))),
    },
    inC: () => floor.bind(PORTS, CYCLES),
  },
  { rounds: 40, calls: CYCLES },
)
const many = await measureInRounds(
  { winport: () => hold(MANY), inC: () => floor.bind(MANY, 1) },
  { rounds: 40, calls: MANY },
)
const handOvers = await measureInRounds(
  {
    '::': handOver('::'),
    'plain ::': listenPlainly('::'),
    '127.0.0.1': handOver('127.0.0.1'),
    'plain 127.0.0.1': listenPlainly('127.0.0.1'),
  },
  { rounds: 70, calls: CYCLES },
)
await manager.close()

const rows = [
  ratioRow(0.1, `linux: ${PORTS} ports held and released, against get-port`, holds.winport, holds.getPort),
  ratioRow(
    1.45,
    `linux: ${PORTS} ports held and released, against as many sockets bound in C`,
    holds.winport,
    holds.inC,
  ),
  ratioRow(1.2, `linux: a port of ${MANY} held and released, against a socket bound in C`, many.winport, many.inC),
  ...['::', '127.0.0.1'].map((host) =>
    ratioRow(2, `linux: a hand-over on ${host}, against plain listen`, handOvers[host], handOvers[`plain ${host}`]),
  ),
]
console.log(JSON.stringify(rows))
