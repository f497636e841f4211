import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { text } from 'node:stream/consumers'

/** A start port for the simulator. Its ports are real, so the suite leases them. */
export const SIMULATOR_PORT = Number(process.env.SIMULATOR_PORT)

/** Acquires a block (anywhere if there is no start port), serves one request on it, and releases everything. */
export async function serveOnce(manager, startPort) {
  const server = createServer((_request, response) => response.end('hello'))
  try {
    const block = await manager.acquire({ protocol: 'tcp', count: 20, startPort })
    const { port } = await block.listen(server, { host: '127.0.0.1' })
    const [response] = await once(get({ host: '127.0.0.1', port, agent: false }), 'response') // fetch does not work under Wine
    const answer = await text(response)
    await block.release()
    return { transport: manager.transport.name, answer, ofTheBlock: block.contains(port), held: manager.held.length }
  } finally {
    server.close()
    await manager.close()
  }
}
