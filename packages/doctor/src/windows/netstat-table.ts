import type { Protocol } from '@winport/transport'
import { endpoint } from '../address-overlap.js'

/** A row of netstat. */
export interface NetstatRow {
  readonly address: string
  readonly port: number
  /** `address:port`; null if the socket is not connected. */
  readonly remote: string | null
  readonly state: 'LISTEN' | 'CONNECTED' | 'TIME_WAIT' | 'BOUND'
  readonly pid: number | null
}

/** Protocol, local end, remote end, and a process ID at the end of the line. */
const ROW = /^\s*(TCP|UDP)\s+(\S+):(\d+)\s+(\S+):(\d+|\*)(?:\s.*?)??(?:\s(\d+))?\s*$/

/**
 * Parses the output of `netstat -a -n -o`. netstat translates the states, so they are not read: a TCP socket whose remote port is 0
 * listens, and a connection of process 0, which no process has any more, waits.
 *
 * @param port leaves out every other port. Default: all
 * @returns undefined if the text lists no TCP socket that listens: every Windows has some, but netstat under Wine leaves them out
 */
export function parseNetstat(text: string, protocol: Protocol, port?: number): readonly NetstatRow[] | undefined {
  const found: NetstatRow[] = []
  let listeners = 0
  for (const line of text.split('\n')) {
    const [, name, local, localPort, remote, remotePort, pid] = ROW.exec(line) ?? []
    if (name === undefined || local === undefined || remote === undefined) continue
    const isConnected = Number(remotePort) > 0
    if (name === 'TCP' && !isConnected) listeners++
    if (name.toLowerCase() !== protocol || (port !== undefined && Number(localPort) !== port)) continue
    found.push({
      address: withoutBrackets(local),
      port: Number(localPort),
      remote: isConnected ? endpoint(withoutBrackets(remote), Number(remotePort)) : null,
      state: isConnected ? (pid === '0' ? 'TIME_WAIT' : 'CONNECTED') : protocol === 'tcp' ? 'LISTEN' : 'BOUND',
      pid: pid === undefined || pid === '0' ? null : Number(pid),
    })
  }
  return listeners === 0 ? undefined : found
}

function withoutBrackets(address: string): string {
  return address.replace(/^\[(.*)\]$/, '$1')
}
