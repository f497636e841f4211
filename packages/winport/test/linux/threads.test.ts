import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'
import { describe, expect, it } from 'vitest'
import { addonCounts } from './linux-package.js'

const WORKER = fileURLToPath(new URL('programs/worker-server.js', import.meta.url))

describe.runIf(process.platform === 'linux')('a block that Linux holds', () => {
  it.each([undefined, '127.0.0.1', '0.0.0.0'])(
    'gives a port of the block to a server in a worker thread, on %s',
    async (host) => {
      await using manager = new ReservationManager({ transport: createLinuxTransport() })
      const block = await manager.acquire({ protocol: 'tcp', count: 2 })
      const worker = new Worker(WORKER, { workerData: { block: block.toJSON(), host } })
      const [port] = await once(worker, 'message')
      expect(block.contains(port)).toBe(true)
      expect(await text(connect(port, '127.0.0.1'))).toBe('worker')

      // The threads share the table: here the other port is the only free one.
      const server = createServer()
      const local = await block.listen(server, host === undefined ? {} : { host })
      expect(local.port).not.toBe(port)
      await expect(block.listen(createServer(), host === undefined ? {} : { host })).rejects.toMatchObject({
        code: 'ERR_RESERVATION_EXHAUSTED',
      })
      expect(addonCounts()[3]).toBe(2)

      worker.postMessage('close')
      await once(worker, 'message')
      expect(addonCounts()[3]).toBe(1)
      await close(server)
      await worker.terminate()
    },
  )

  it('connects from one port to one remote after the other at once, though the last connection is in TIME_WAIT', async () => {
    await using manager = new ReservationManager({ transport: createLinuxTransport() })
    const block = await manager.acquire({ protocol: 'tcp', count: 1 })
    for (let i = 0; i < 5; i++) {
      const remote = createServer((peer) => peer.on('error', () => {}).resume())
      remote.listen(0, '127.0.0.1')
      await once(remote, 'listening')
      const address = remote.address()
      if (typeof address !== 'object' || address === null) throw new Error('the remote has no address')
      const connection = await block.connect({ host: '127.0.0.1', port: address.port })
      expect(connection.localPort).toBe(block.startPort)
      connection.end().resume() // this side ends first and keeps TIME_WAIT
      await once(connection, 'close')
      await close(remote)
    }
  })
})

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}
