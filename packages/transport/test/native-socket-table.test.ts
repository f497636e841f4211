import {
  AF_INET,
  AF_INET6,
  ERROR_ACCESS_DENIED,
  ERROR_INSUFFICIENT_BUFFER,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_SUPPORTED,
  ERROR_PROC_NOT_FOUND,
  MIB_TCP6ROW_OWNER_MODULE,
  MIB_TCP6ROW2,
  MIB_TCPROW_OWNER_MODULE,
  MIB_TCPROW_OWNER_PID,
  MIB_TCPROW2,
  MIB_UDP6ROW_OWNER_MODULE,
  MIB_UDPROW_OWNER_MODULE,
  MIB_UDPROW_OWNER_PID,
  type SocketTableRowCodec,
  TCP_TABLE_OWNER_MODULE_ALL,
  TCP_TABLE_OWNER_PID_ALL,
  UDP_TABLE_OWNER_MODULE,
  UDP_TABLE_OWNER_PID,
} from '@winport/definitions'
import { describe, expect, it } from 'vitest'
import { failedWith } from '../src/backend/call-result.js'
import { NativeSocketTable } from '../src/native/native-socket-table.js'
import type { SocketTableCalls } from '../src/native/socket-table-calls.js'

/** 2026-11-28T09:14:00.500Z as a FILETIME. */
const TIME = (BigInt(Date.UTC(2026, 10, 28, 9, 14, 0, 500)) + 11_644_473_600_000n) * 10_000n

function tableOf<Row>(codec: SocketTableRowCodec<Row, string>, rows: readonly Row[]): Uint8Array {
  const bytes = new Uint8Array(codec.tableOffset + rows.length * codec.size)
  new DataView(bytes.buffer).setUint32(0, rows.length, true)
  for (const [i, row] of rows.entries()) codec.encode(row, bytes, codec.tableOffset + i * codec.size)
  return bytes
}

/** Calls that return these tables, by protocol, family and class; the others are refused. */
function callsOf(
  tables: Readonly<Record<string, Uint8Array>>,
  refusal = ERROR_PROC_NOT_FOUND,
): SocketTableCalls & { readonly made: string[] } {
  const made: string[] = []
  const give = (name: string, target: Uint8Array) => {
    made.push(name)
    const table = tables[name]
    if (table === undefined) return failedWith(refusal)
    if (table.length <= target.length) target.set(table)
    return table.length
  }
  return {
    made,
    extendedTable: (protocol, family, tableClass, target) => give(`${protocol} ${family} ${tableClass}`, target),
    boundTable: (family, target) => give(`bound ${family}`, target),
    processImage: (pid, target) => give(`image ${pid}`, target),
    processUser: (pid, target) => give(`user ${pid}`, target),
    services: (target) => give('services', target),
  }
}

const TCP4 = `tcp ${AF_INET} ${TCP_TABLE_OWNER_MODULE_ALL}`
const TCP6 = `tcp ${AF_INET6} ${TCP_TABLE_OWNER_MODULE_ALL}`
const UDP4 = `udp ${AF_INET} ${UDP_TABLE_OWNER_MODULE}`
const UDP6 = `udp ${AF_INET6} ${UDP_TABLE_OWNER_MODULE}`

const listening = {
  dwState: 2,
  dwLocalAddr: '0.0.0.0',
  dwLocalPort: 8085,
  dwRemoteAddr: '0.0.0.0',
  dwRemotePort: 1234, // undefined while the socket listens
  dwOwningPid: 14_233,
  liCreateTimestamp: TIME,
}
const waiting = {
  ...listening,
  dwState: 11,
  dwLocalAddr: '10.0.0.2',
  dwRemoteAddr: '93.184.216.34',
  dwRemotePort: 443,
  dwOwningPid: 0,
  liCreateTimestamp: 0n,
}
const linkLocal = {
  ucLocalAddr: 'fe80::1',
  dwLocalScopeId: 12,
  dwLocalPort: 8085,
  ucRemoteAddr: 'fe80::2',
  dwRemoteScopeId: 12,
  dwRemotePort: 50_000,
  dwState: 5,
  dwOwningPid: 8,
  liCreateTimestamp: 0n,
}

describe('NativeSocketTable', () => {
  it('reads the TCP sockets of both families', async () => {
    const table = new NativeSocketTable(
      callsOf({
        [TCP4]: tableOf(MIB_TCPROW_OWNER_MODULE, [listening, waiting]),
        [TCP6]: tableOf(MIB_TCP6ROW_OWNER_MODULE, [linkLocal]),
      }),
    )
    expect(await table.read('tcp')).toEqual([
      {
        family: 'ipv4',
        address: '0.0.0.0',
        port: 8085,
        remote: null,
        state: 'LISTEN',
        pid: 14_233,
        since: new Date('2026-11-28T09:14:00.500Z'),
      },
      {
        family: 'ipv4',
        address: '10.0.0.2',
        port: 8085,
        remote: { address: '93.184.216.34', port: 443 },
        state: 'TIME_WAIT',
        pid: null,
        since: null,
      },
      {
        family: 'ipv6',
        address: 'fe80::1%12',
        port: 8085,
        remote: { address: 'fe80::2%12', port: 50_000 },
        state: 'ESTABLISHED',
        pid: 8,
        since: null,
      },
    ])
  })

  it('reads the UDP sockets of both families', async () => {
    const row4 = { dwLocalAddr: '127.0.0.1', dwLocalPort: 53, dwOwningPid: 9, liCreateTimestamp: TIME }
    const row6 = { ucLocalAddr: '::1', dwLocalScopeId: 4096, dwLocalPort: 53, dwOwningPid: 10, liCreateTimestamp: 0n }
    const table = new NativeSocketTable(
      callsOf({
        [UDP4]: tableOf(MIB_UDPROW_OWNER_MODULE, [row4]),
        [UDP6]: tableOf(MIB_UDP6ROW_OWNER_MODULE, [row6]),
      }),
    )
    const common = { port: 53, remote: null, state: 'BOUND' }
    expect(await table.read('udp')).toEqual([
      { ...common, family: 'ipv4', address: '127.0.0.1', pid: 9, since: new Date('2026-11-28T09:14:00.500Z') },
      { ...common, family: 'ipv6', address: '::1', pid: 10, since: null },
    ])
  })

  it('leaves out every other port', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => ({ ...listening, dwLocalPort: 8000 + i }))
    const table = new NativeSocketTable(callsOf({ [TCP4]: tableOf(MIB_TCPROW_OWNER_MODULE, rows) }))
    expect((await table.read('tcp', 8085)).map(({ port }) => port)).toEqual([8085])
    expect(await table.read('tcp', 9000)).toEqual([])
  })

  it('lists the sockets that are only bound, and not those that the other table has', async () => {
    const bound = { ...listening, dwState: 0, dwOffloadState: 0 }
    const table = new NativeSocketTable(
      callsOf({
        [TCP4]: tableOf(MIB_TCPROW_OWNER_MODULE, [listening]),
        [TCP6]: tableOf(MIB_TCP6ROW_OWNER_MODULE, []),
        [`bound ${AF_INET}`]: tableOf(MIB_TCPROW2, [bound, { ...bound, dwOwningPid: 77 }]),
        [`bound ${AF_INET6}`]: tableOf(MIB_TCP6ROW2, [
          {
            LocalAddr: '::1',
            dwLocalScopeId: 0,
            dwLocalPort: 8085,
            RemoteAddr: '::',
            dwRemoteScopeId: 0,
            dwRemotePort: 0,
            State: 0,
            dwOwningPid: 14_233,
            dwOffloadState: 0,
          },
        ]),
      }),
    )
    expect((await table.read('tcp', 8085)).map(({ address, state, pid }) => [address, state, pid])).toEqual([
      ['0.0.0.0', 'LISTEN', 14_233],
      ['0.0.0.0', 'BOUND', 77],
      ['::1', 'BOUND', 14_233],
    ])
  })

  it.each([
    ['tcp', TCP_TABLE_OWNER_PID_ALL, tableOf(MIB_TCPROW_OWNER_PID, [listening]), 'LISTEN'],
    [
      'udp',
      UDP_TABLE_OWNER_PID,
      tableOf(MIB_UDPROW_OWNER_PID, [{ dwLocalAddr: '0.0.0.0', dwLocalPort: 8085, dwOwningPid: 14_233 }]),
      'BOUND',
    ],
  ] as const)(
    'reads the %s table without times where the other class is refused',
    async (protocol, number, rows, state) => {
      const table = new NativeSocketTable(
        callsOf({ [`${protocol} ${AF_INET} ${number}`]: rows }, ERROR_INVALID_PARAMETER),
      )
      expect(await table.read(protocol)).toMatchObject([{ state, pid: 14_233, since: null }])
    },
  )

  it('calls again with a larger buffer until the table fits', async () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => ({ ...listening, dwLocalPort: i }))
    const calls = callsOf({ [TCP4]: tableOf(MIB_TCPROW_OWNER_MODULE, rows) })
    expect(await new NativeSocketTable(calls).read('tcp')).toHaveLength(2_000)
    expect(calls.made.filter((name) => name === TCP4)).toHaveLength(2)
  })

  it('gives up when the table grows with every call', async () => {
    const calls = {
      ...callsOf({}),
      extendedTable: (_p: string, _f: number, _c: number, to: Uint8Array) => to.length + 1,
    }
    await expect(new NativeSocketTable(calls).read('tcp')).rejects.toMatchObject({
      errno: ERROR_INSUFFICIENT_BUFFER,
      syscall: 'GetExtendedTcpTable',
    })
  })

  it('reads no more rows than fit, whatever the table says of their number', async () => {
    const bytes = tableOf(MIB_TCPROW_OWNER_MODULE, [listening])
    bytes.fill(0xff, 0, 4)
    const entries = await new NativeSocketTable(callsOf({ [TCP4]: bytes })).read('tcp', 8085)
    expect(entries).toHaveLength(1)
  })

  it.each([
    ['tcp', 'GetExtendedTcpTable', ERROR_PROC_NOT_FOUND, 'ERROR_PROC_NOT_FOUND'],
    ['udp', 'GetExtendedUdpTable', ERROR_ACCESS_DENIED, 'ERROR_ACCESS_DENIED'],
    ['udp', 'GetExtendedUdpTable', ERROR_NOT_SUPPORTED, 'ERROR_NOT_SUPPORTED'],
  ] as const)('rejects with the error when no %s table can be read: %s %i', async (protocol, syscall, errno, code) => {
    const table = new NativeSocketTable(callsOf({}, errno))
    await expect(table.read(protocol)).rejects.toMatchObject({ name: 'IpHelperError', code, errno, syscall })
  })

  it('reads the program of a process and when it was started', async () => {
    const path = 'C:\\Programme\\n\u00f6de.exe'
    const image = Buffer.concat([Buffer.from(new BigUint64Array([TIME]).buffer), Buffer.from(path, 'utf16le')])
    const table = new NativeSocketTable(callsOf({ 'image 8': image, 'image 9': new Uint8Array(8) }))
    expect(await table.readProcess(8)).toEqual({ image: path, started: new Date('2026-11-28T09:14:00.500Z') })
    expect(await table.readProcess(9)).toEqual({ image: null, started: null })
    expect(await table.readProcess(10)).toEqual({ image: null, started: null })
  })

  it('reads the user of a process, or rejects with the error', async () => {
    const user = Buffer.from('NT-AUTORIT\u00c4T\\SYSTEM', 'utf16le')
    const table = new NativeSocketTable(callsOf({ 'user 8': user }, ERROR_ACCESS_DENIED))
    expect(await table.readUser(8)).toBe('NT-AUTORIT\u00c4T\\SYSTEM')
    const error = { name: 'IpHelperError', code: 'ERROR_ACCESS_DENIED', syscall: 'OpenProcessToken' }
    await expect(table.readUser(9)).rejects.toMatchObject(error)
  })

  const service = (pid: number, name: string) =>
    Buffer.concat([Buffer.from(new Uint32Array([pid]).buffer), Buffer.from(`${name}\0`, 'utf16le')])

  it('reads the services of each process, or rejects with the error', async () => {
    const list = Buffer.concat([service(1200, 'iphlpsvc'), service(900, 'Dhcp'), service(1200, 'Dienst\u00e4')])
    const table = new NativeSocketTable(callsOf({ services: list }))
    expect(await table.readServices()).toEqual(
      new Map([
        [1200, ['iphlpsvc', 'Dienst\u00e4']],
        [900, ['Dhcp']],
      ]),
    )
    const error = { code: 'ERROR_ACCESS_DENIED', syscall: 'EnumServicesStatusExW' }
    const refused = new NativeSocketTable(callsOf({}, ERROR_ACCESS_DENIED))
    await expect(refused.readServices()).rejects.toMatchObject(error)
  })

  it('reads no services from an empty list, and ends where a list is cut off', async () => {
    const read = (list: Uint8Array) => new NativeSocketTable(callsOf({ services: list })).readServices()
    expect(await read(new Uint8Array(0))).toEqual(new Map())
    const list = service(900, 'Dhcp')
    expect(await read(list.subarray(0, 3))).toEqual(new Map())
    expect(await read(list.subarray(0, 9))).toEqual(new Map([[900, ['Dh']]]))
  })

  it('finds no row in a table without a number of rows', async () => {
    const calls = callsOf({
      [TCP4]: tableOf(MIB_TCPROW_OWNER_MODULE, [listening]),
      [`bound ${AF_INET}`]: new Uint8Array(0),
    })
    expect(await new NativeSocketTable(calls).read('tcp')).toHaveLength(1)
  })
})
