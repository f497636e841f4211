import { readFileSync } from 'node:fs'

const TABLES = ['tcp', 'tcp6', 'udp', 'udp6'].map((protocol) => `/proc/net/${protocol}`)

/**
 * The local ports of all sockets of this machine, connections that linger after their end included. Empty where the
 * system has no /proc.
 */
export function boundPorts(): ReadonlySet<number> {
  return new Set(TABLES.flatMap(localPorts))
}

function localPorts(table: string): readonly number[] {
  // A line is '  12: 0100007F:1F90 00000000:0000 0A ...': its number, the local and the remote address in hexadecimal.
  return [...read(table).matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) /gm)].map(([, port = '']) =>
    Number.parseInt(port, 16),
  )
}

function read(table: string): string {
  try {
    return readFileSync(table, 'utf8')
  } catch {
    return '' // not Linux, or without IPv6
  }
}
