import { SocketAddress } from 'node:net'
import { endianness } from 'node:os'
import type { Protocol } from '@winport/transport'
import { endpoint } from '../address-overlap.js'

/** A row of `/proc/net/tcp`, `tcp6`, `udp` or `udp6`. */
export interface SocketRow {
  readonly address: string
  readonly port: number
  /** `address:port`; null if the socket is not connected. */
  readonly remote: string | null
  readonly state: string
  readonly uid: number
  /** Names the socket among the descriptors of processes. `'0'`: no process has the socket any more. */
  readonly inode: string
}

/** The states of include/net/tcp_states.h in their order, from 1 on, with the names of RFC 9293 as Windows spells them. */
const STATES = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECEIVED',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'TIME_WAIT',
  'CLOSED',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'SYN_RECEIVED',
]

/**
 * Parses a socket table of the kernel. Rows of another form are left out.
 *
 * @param port leaves out every other port. Default: all
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function parseSocketTable(text: string, protocol: Protocol, port?: number): readonly SocketRow[] {
  const wanted = port === undefined ? ':' : `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows: SocketRow[] = []
  const addressOf = cached(parseAddress) // many sockets have the same address
  for (const line of text.split('\n')) {
    if (!line.includes(wanted)) continue // most of many thousand rows end here
    const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/)
    if (local?.includes(wanted) !== true || remote === undefined || state === undefined || inode === undefined) continue
    const [address, remoteAddress] = [addressOf(hexAddress(local)), addressOf(hexAddress(remote))]
    if (address === undefined || remoteAddress === undefined) continue
    const remotePort = parsePort(remote)
    rows.push({
      address,
      port: parsePort(local),
      remote: remotePort === 0 ? null : endpoint(remoteAddress, remotePort),
      state: stateName(protocol, state, remotePort !== 0),
      uid: Number(uid),
      inode,
    })
  }
  return rows
}

function stateName(protocol: Protocol, hex: string, isConnected: boolean): string {
  if (protocol === 'udp') return isConnected ? 'CONNECTED' : 'BOUND'
  return STATES[Number.parseInt(hex, 16) - 1] ?? hex
}

function parsePort(field: string): number {
  return Number.parseInt(field.slice(field.indexOf(':') + 1), 16)
}

function hexAddress(field: string): string {
  return field.slice(0, field.indexOf(':'))
}

function cached<Value>(call: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const value = call(text)
    known.set(text, value)
    return value
  }
}

/** The kernel prints an address as 32-bit words in the byte order of the machine. */
function parseAddress(hex: string): string | undefined {
  if (!/^(?:[0-9A-F]{8}){1,4}$/.test(hex)) return undefined
  const bytes = Buffer.from(hex, 'hex')
  if (endianness() === 'LE') bytes.swap32()
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) return undefined
  const groups = (bytes.toString('hex').match(/.{4}/g) ?? []).join(':')
  return new SocketAddress({ address: groups, family: 'ipv6' }).address
}
