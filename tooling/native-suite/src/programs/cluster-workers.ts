import cluster from 'node:cluster'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { acquire, type NativeBackend, openBound } from '@winport/winsock-simulator'
import { counts, openTransport } from './simulator-calls.js'

const BLOCK = 2

/**
 * Two workers of a cluster listen on ports of their own reservations. Prints for each what its server sent, whether its port
 * was in its block, and what it left.
 */
export async function clusterWorkers(backend: NativeBackend, name?: string): Promise<void> {
  if (cluster.isPrimary) await primary()
  else await worker(backend, String(name))
}

async function primary(): Promise<void> {
  const workers = ['first', 'second'].map((name) => {
    cluster.setupPrimary({ args: ['cluster-workers', name] })
    return cluster.fork()
  })
  const listening = await Promise.all(workers.map((worker) => once(worker, 'message')))
  const served = await Promise.all(listening.map(([{ port }]) => text(connect(port, '127.0.0.1'))))
  const left = workers.map((worker) => once(worker, 'message'))
  for (const worker of workers) worker.send('close')
  const results = (await Promise.all(left)).map(([counts], index) => ({
    served: served[index],
    isInBlock: listening[index]?.[0].isInBlock,
    left: counts,
  }))
  await Promise.all(workers.map((worker) => worker.isDead() || once(worker, 'exit')))
  console.log(JSON.stringify(results))
}

async function worker(backend: NativeBackend, name: string): Promise<void> {
  const transport = openTransport(backend)
  const { StartPort, Token } = acquire(transport.openSocket({ protocol: 'tcp' }), BLOCK)
  const socket = openBound(transport, 'tcp', Token)
  const { port } = socket.localAddress()
  const server = createServer((connection) => connection.end(name))
  await socket.listen(server)
  process.send?.({ port, isInBlock: port >= StartPort && port < StartPort + BLOCK })
  await once(process, 'message')
  server.close()
  await once(server, 'close')
  await transport.close()
  process.send?.(counts(), () => process.disconnect())
}
