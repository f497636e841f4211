import { simulate } from './simulated-manager.js'
import v8 from 'node:v8'
const { simulator, manager } = simulate()
const t = manager.transport
const mode = process.argv[2]
const buf = new Uint8Array(4), out = new Uint8Array(16); buf[2] = 2
for (let k = 0; k < 300; k++) {
  for (let i = 0; i < 100; i++) {
    if (mode === 'open') { const s = t.openSocket({ protocol: 'tcp', family: 'ipv6' }); s.close() }
    if (mode === 'ioctl') { const s = t.openSocket({ protocol: 'tcp', family: 'ipv6' }); s.ioctl(0x98000064, buf, out); s.close() }
    if (mode === 'async') { const s = t.openSocket({ protocol: 'tcp', family: 'ipv6' }); await s.ioctlAsync(0x98000064, buf, out); s.close() }
    if (mode === 'cycle') { await (await manager.acquire({ protocol: 'tcp', count: 2 })).release() }
  }
  if (mode !== 'cycle') await new Promise(setImmediate)
}
await manager.close(); simulator.destroy()
