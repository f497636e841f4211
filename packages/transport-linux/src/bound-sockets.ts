import { SocketAddress } from 'node:net'
import { endianness } from 'node:os'
import { getSystemErrorName } from 'node:util'
import type { BoundSocket } from '@winport/transport'
import type { Addon } from './addon.js'
import type { LinuxTransportOptions } from './linux-transport.js'
import { loadAddon } from './load-addon.js'

/** `struct inet_diag_msg` of linux/inet_diag.h. Ports and addresses are in network order. */
const ROW = { size: 72, family: 0, port: 4, address: 8, uid: 64, inode: 68 }
const AF_INET6 = 10
const FIRST_ROWS = 256

/**
 * Lists the TCP sockets of this machine that are bound and neither listen nor are connected, such as the blocks of other
 * processes that use winport. The files of `/proc/net` leave them out. Linux before 6.8 lists none.
 *
 * @throws TransportUnavailableError if this is not Linux, or if the addon cannot be loaded
 * @throws Error with the code of a system call, such as `EPERM`, if the system refuses the question (sock_diag)
 */
export function readBoundSockets({ addon: path }: LinuxTransportOptions = {}): readonly BoundSocket[] {
  const addon = loadAddon(path)
  return ([0, 1] as const).flatMap((isIPv6) => socketsIn(readRows(addon, isIPv6)))
}

function readRows(addon: Addon, isIPv6: 0 | 1): Buffer {
  let rows = Buffer.alloc(ROW.size * FIRST_ROWS)
  for (;;) {
    const size = addon.boundSockets(isIPv6, rows)
    if (size < 0) throw systemError(size)
    if (size <= rows.length) return rows.subarray(0, size)
    rows = Buffer.alloc(2 * size) // others open sockets meanwhile
  }
}

function socketsIn(rows: Buffer): readonly BoundSocket[] {
  return Array.from({ length: rows.length / ROW.size }, (_, index) => {
    const row = rows.subarray(index * ROW.size, (index + 1) * ROW.size)
    const number = (at: number) => (endianness() === 'LE' ? row.readUInt32LE(at) : row.readUInt32BE(at))
    return { address: addressIn(row), port: row.readUInt16BE(ROW.port), uid: number(ROW.uid), inode: number(ROW.inode) }
  })
}

function addressIn(row: Buffer): string {
  if (row[ROW.family] !== AF_INET6) return row.subarray(ROW.address, ROW.address + 4).join('.')
  const hex = row.toString('hex', ROW.address, ROW.address + 16)
  return new SocketAddress({ address: (hex.match(/.{4}/g) ?? []).join(':'), family: 'ipv6' }).address
}

function systemError(errno: number): Error {
  const code = getSystemErrorName(errno)
  return Object.assign(new Error(`sock_diag failed: ${code}`), { code, errno, syscall: 'sock_diag' })
}
