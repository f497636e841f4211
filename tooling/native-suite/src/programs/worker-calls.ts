import { parentPort } from 'node:worker_threads'
import type { NativeBackend } from '@winport/winsock-simulator'
import { acquire, openTransport } from './simulator-calls.js'

/** A worker thread. With 'close', makes overlapped calls and closes its transport; otherwise leaves `calls` calls pending. */
export async function workerCalls(backend: NativeBackend, how = '', calls = ''): Promise<void> {
  const transport = openTransport(backend)
  if (how === 'close') {
    const sockets = Array.from({ length: 4 }, () => transport.openSocket({ protocol: 'tcp' }))
    const ports = await Promise.all(sockets.map((socket) => acquire(socket, 2)))
    await transport.close()
    parentPort?.postMessage(ports)
  } else {
    for (let call = 0; call < Number(calls); call++) acquire(transport.openSocket({ protocol: 'tcp' }), 1)
    transport.persistent.lookup({ protocol: 'tcp', startPort: 1, count: 1 }).catch(() => {})
    parentPort?.postMessage('pending')
  }
}
