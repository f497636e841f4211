import { once } from 'node:events'
import { createServer } from 'node:http'

export const LOCAL = '127.0.0.1'
export const SERVERS = 20

/** Twenty http servers that do not listen yet. */
export function createServers() {
  return Array.from({ length: SERVERS }, () => createServer((_request, response) => response.end('hello')))
}

/** Node's own listen, on port 0 if none is given. */
export async function listen(server, port = 0, host = LOCAL) {
  server.listen(port, host)
  await once(server, 'listening')
}

/** @param {readonly import('node:net').Server[]} servers */
export async function close(servers) {
  await Promise.all(
    servers.map(async (server) => {
      server.close()
      await once(server, 'close')
    }),
  )
}
