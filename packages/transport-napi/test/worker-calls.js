// A worker: makes calls at once and pending, and closes; or stays, with calls pending and a blocking loop, as it is told.
import { parentPort, workerData } from 'node:worker_threads'
import { acquire, openTransport } from './plain-node.js'

const transport = openTransport()
if (workerData === 'close') {
  const sockets = Array.from({ length: 4 }, () => transport.openSocket({ protocol: 'tcp' }))
  const outputs = await Promise.all(sockets.map((socket) => acquire(socket, 2)))
  await transport.close()
  parentPort.postMessage(outputs.map((output) => output[2]))
} else {
  for (let call = 0; call < 10; call++) acquire(transport.openSocket({ protocol: 'tcp' }), 1)
  transport.persistent.lookup({ protocol: 'tcp', startPort: 1, count: 1 }).catch(() => {})
  parentPort.postMessage('pending')
}
