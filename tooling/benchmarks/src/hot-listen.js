import { ReservationManager } from '@winport/manager'
import { MockKernel } from '@winport/transport-mock'
import { floor } from './floor.js'
import { close, createServers, LOCAL, listen, SERVERS } from './servers.js'
import { simulate } from './simulated-manager.js'
import { createServer } from 'node:net'
import { enterNetwork } from './network.js'
import { fileURLToPath } from 'node:url'
const net = enterNetwork(fileURLToPath(import.meta.url), process.argv.slice(2)); if ('exitCode' in net) process.exit(net.exitCode)
const { simulator, manager } = simulate()
const mock = new ReservationManager({ transport: new MockKernel().openTransport() })
const R = +process.argv[2] || 100
const only = process.argv[3]
const mk = () => Array.from({ length: SERVERS }, () => createServer())
const bn = await manager.acquire({ protocol: 'tcp', count: SERVERS }), bm = await mock.acquire({ protocol: 'tcp', count: SERVERS })
const seq = (f) => async (s) => { for (const x of s) await f(x) }
const cases = {
  node: seq((s) => listen(s)),
  nodeAll: (s) => Promise.all(s.map((x) => listen(x))),
  mock: seq((s) => bm.listen(s, { host: LOCAL })),
  napi: seq((s) => bn.listen(s, { host: LOCAL })),
  job: async (s) => { const b = await manager.acquire({ protocol: 'tcp', count: SERVERS }); await Promise.all(s.map((x) => b.listen(x, { host: LOCAL }))); return b },
  jobMock: async (s) => { const b = await mock.acquire({ protocol: 'tcp', count: SERVERS }); await Promise.all(s.map((x) => b.listen(x, { host: LOCAL }))); return b },
  attachNapi: seq(async (s) => { bn.attach(s); await listen(s) }),
}
const t = {}
const use = only ? [only] : Object.keys(cases)
for (let r = 0; r < R; r++) for (const n of use) {
  const s = mk(); const t0 = floor.cpuTime(); const b = await cases[n](s); (t[n] ??= []).push((floor.cpuTime() - t0) / SERVERS * 1e3)
  await close(s); await b?.release?.()
}
const med = (a) => a.slice(R / 4 | 0).sort((x, y) => x - y)[a.length * 3 / 8 | 0]
console.log(use.map((n) => `${n} ${med(t[n]).toFixed(1)}us ${t.node ? (med(t[n]) / med(t.node)).toFixed(2) : ''}`).join(' | '))
await manager.close(); simulator.destroy(); await mock.close()
