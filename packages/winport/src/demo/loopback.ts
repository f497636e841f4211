import { once } from 'node:events'
import { createServer } from 'node:net'

/** The loopback addresses, and the types of datagram sockets that can be bound to them. */
const LOOPBACKS = [
  { host: '127.0.0.1', family: 'ipv4', datagrams: 'udp4' },
  { host: '::1', family: 'ipv6', datagrams: 'udp6' },
] as const

export type Loopback = (typeof LOOPBACKS)[number]

/** Finds a loopback address on which this machine can listen. A machine without IPv4 has only `::1`. */
export async function findLoopback(): Promise<Loopback> {
  const failures: unknown[] = []
  for (const loopback of LOOPBACKS) {
    const server = createServer().listen(0, loopback.host)
    try {
      await once(server, 'listening')
      server.close()
      return loopback
    } catch (error) {
      failures.push(error)
    }
  }
  throw new AggregateError(failures, 'This machine cannot listen on 127.0.0.1 or ::1.')
}
