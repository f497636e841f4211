import type { BoundSocket } from '@winport/transport'
import { messageOf } from '@winport/transport/backend'
import type { Fact } from '../fact.js'
import type { SocketRow } from './socket-table.js'

/** Lists the TCP sockets that are bound and do not listen, as `readBoundSockets` of `@winport/transport-linux` does. */
export type ListBoundSockets = () => Iterable<BoundSocket> | Promise<Iterable<BoundSocket>>

/** The rows that `/proc/net/tcp` and `tcp6` leave out. @param port leaves out every other port */
export async function readBoundRows(
  list: ListBoundSockets | undefined,
  port: number | undefined,
): Promise<Fact<readonly SocketRow[]>> {
  try {
    const all = list === undefined ? [] : [...(await list())]
    const bound = all.filter((socket) => port === undefined || socket.port === port)
    return { value: bound.map((socket) => ({ ...socket, inode: String(socket.inode), remote: null, state: 'BOUND' })) }
  } catch (error) {
    return { value: null, unknown: messageOf(error) }
  }
}
