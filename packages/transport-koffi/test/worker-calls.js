// A worker: opens a transport, makes calls at once and pending, and closes; or stays with one pending, as it is told.
import { parentPort, workerData } from 'node:worker_threads'
import { ACQUIRE, acquire, openTransport, pendingCount, setLatency, UNTIL_RELEASED } from './plain-node.js'

const transport = openTransport()
if (workerData === 'close') {
  const sockets = Array.from({ length: 4 }, () => transport.openSocket({ protocol: 'tcp' }))
  const outputs = await Promise.all(sockets.map((socket) => acquire(socket, 2)))
  await transport.close()
  parentPort.postMessage(outputs.map((output) => output[2]))
} else {
  setLatency(ACQUIRE, UNTIL_RELEASED)
  acquire(transport.openSocket({ protocol: 'tcp' }), 1)
  parentPort.postMessage(pendingCount())
}
