// Holds ports until it is killed: node holder.js <count>. Prints the first port, and starts a program that outlives it.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'

const manager = new ReservationManager({ transport: createLinuxTransport() })
const block = await manager.acquire({ protocol: 'tcp', count: Number(process.argv[2]) })
await block.listen(createServer(), { host: '127.0.0.1' })
await block.listen(createServer())
// A descriptor without FD_CLOEXEC would keep its port in this program.
const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
console.log(JSON.stringify({ startPort: block.startPort, child: child.pid }))
setInterval(() => {}, 60_000)
