import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { NativeBackend } from '@winport/winsock-simulator'

/** Opens sockets of each kind, and prints what the socket table of this machine says of them. */
export async function socketTableReport(backend: NativeBackend): Promise<void> {
  await using transport = backend.openTransport()
  const table = transport.socketTable
  if (table === undefined) throw new Error('The transport has no socket table')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1')
  const [accepted] = await once(server, 'connection')
  const receiver = createSocket('udp6').bind(0, '::1')
  await once(receiver, 'listening')
  using bound = transport.openSocket({ protocol: 'tcp' })
  bound.bind({ address: '127.0.0.1', port: 0 })

  // Other programs can have the same port at other addresses.
  const read = async (protocol: 'tcp' | 'udp', at: { readonly address: string; readonly port: number }) =>
    (await table.read(protocol, at.port))
      .filter(({ address }) => address === at.address)
      .map(({ state, remote, pid }) => ({
        state,
        remotePort: remote?.port ?? null,
        isOwn: pid === process.pid,
        isKnown: pid !== null,
      }))
  const { image, started } = await table.readProcess(process.pid)
  const report = {
    server: await read('tcp', { address: '127.0.0.1', port }),
    client: await read('tcp', { address: '127.0.0.1', port: client.localPort ?? 0 }),
    ports: { server: port, client: client.localPort },
    receiver: await read('udp', receiver.address()),
    bound: await read('tcp', bound.localAddress()),
    isImage: image?.toLowerCase() === process.execPath.toLowerCase(),
    isStarted: started !== null && started <= new Date(),
    kernel: await table.readProcess(4),
    missing: await table.readProcess(2 ** 32 - 1),
    user: await table.readUser(process.pid),
    missingUser: await table.readUser(2 ** 32 - 1).catch(({ code }) => code),
    services: [...(await table.readServices()).values()].flat().sort(),
  }
  console.log(JSON.stringify(report))
  client.destroy()
  accepted.destroy()
  server.close()
  receiver.close()
}
