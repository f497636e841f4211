import type { SocketTable, SocketTableEntry, Transport } from '@winport/transport'
import { describe, expect, it } from 'vitest'
import { OtherSources } from '../src/other-sources.js'
import { withTransport } from '../src/socket-table-sources.js'

const LISTENER: SocketTableEntry = {
  family: 'ipv6',
  address: '::',
  port: 8085,
  remote: null,
  state: 'LISTEN',
  pid: 14_233,
  since: new Date('2026-11-28T09:14:00Z'),
}
const CONNECTION: SocketTableEntry = {
  ...LISTENER,
  remote: { address: '::1', port: 50_000 },
  state: 'TIME_WAIT',
  pid: null,
  since: null,
}

/** A transport with this socket table; no other part of it is used. */
function transportWith(socketTable: SocketTable | undefined): Transport {
  return { socketTable } as Partial<Transport> as Transport
}

function tableOf(entries: readonly SocketTableEntry[]): { readonly table: SocketTable; readonly asked: number[] } {
  const asked: number[] = []
  const table: SocketTable = {
    read: async (_protocol, port) => entries.filter((entry) => port === undefined || entry.port === port),
    readProcess: async (pid) => {
      asked.push(pid)
      return { image: 'C:\\node.exe', started: new Date('2026-11-28T09:00:00Z') }
    },
    readUser: async () => 'PC\\me',
    readServices: async () => new Map([[14_233, ['First', 'Second']]]),
  }
  return { table, asked }
}

const others = new OtherSources('freebsd')

describe('withTransport', () => {
  it('joins the sockets of the transport with their processes, each of which is read once', async () => {
    const { table, asked } = tableOf([LISTENER, { ...LISTENER, address: '::1' }, CONNECTION])
    const { value, unknownParts } = await withTransport(others, transportWith(table)).readSockets('tcp', 8085)
    const listener = {
      pid: 14_233,
      user: 'PC\\me',
      services: ['First', 'Second'],
      image: 'C:\\node.exe',
      address: '::',
      state: 'LISTEN',
      since: '2026-11-28T09:14:00.000Z',
      started: '2026-11-28T09:00:00.000Z',
      remote: null,
    }
    expect(unknownParts).toEqual({})
    expect(value?.get(8085)).toEqual([
      listener,
      { ...listener, address: '::1' },
      {
        user: null,
        services: null,
        pid: null,
        image: null,
        address: '::',
        state: 'TIME_WAIT',
        since: null,
        started: null,
        remote: '[::1]:50000',
      },
    ])
    expect(asked).toEqual([14_233])
  })

  it('reads the sockets of all ports at once', async () => {
    const { table, asked } = tableOf([LISTENER, { ...LISTENER, port: 80 }, CONNECTION])
    const { value } = await withTransport(others, transportWith(table)).readSockets('tcp', undefined)
    const states = [...(value ?? [])].map(([port, holders]) => [port, holders.map(({ state }) => state)])
    expect(states).toEqual([
      [8085, ['LISTEN', 'TIME_WAIT']],
      [80, ['LISTEN']],
    ])
    expect(asked).toEqual([14_233])
  })

  it('asks the other sources when the table cannot be read, and for everything else', async () => {
    const table: SocketTable = {
      read: () => Promise.reject(new Error('refused')),
      readProcess: async () => ({ image: null, started: null }),
      readUser: () => Promise.reject(new Error('refused')),
      readServices: () => Promise.reject(new Error('refused')),
    }
    const sources = withTransport(others, transportWith(table))
    const unknown = { value: null, unknown: 'it is not read on freebsd' }
    expect(await sources.readSockets('tcp', 80)).toEqual(unknown)
    expect(await sources.readSockets('tcp', undefined)).toEqual(unknown)
    expect(await sources.readDynamicRange('tcp')).toEqual(unknown)
    expect(await sources.readFirstUnprivilegedPort()).toEqual(unknown)
    expect(await sources.readExclusions('tcp')).toEqual({ value: [] })
    expect(await sources.readSelf()).toEqual({ pid: process.pid, user: null })
    expect(sources.platform).toBe('freebsd')
  })

  it('says which users the system does not tell, and why it tells no services', async () => {
    const pids = [14_233, 9, 8, 7, 6]
    const { table } = tableOf(pids.map((pid) => ({ ...LISTENER, pid })))
    const refused: SocketTable = {
      ...table,
      readUser: async (pid) => {
        if (pid === 14_233) return 'PC\\me'
        throw new Error(`process ${pid} is secret`)
      },
      readServices: () => Promise.reject(new Error('no services')),
    }
    const { value, unknownParts } = await withTransport(others, transportWith(refused)).readSockets('tcp', 8085)
    expect(value?.get(8085)?.map(({ user, services }) => [user, services])).toEqual(
      pids.map((pid) => [pid === 14_233 ? 'PC\\me' : null, null]),
    )
    expect(unknownParts).toEqual({
      users: 'of processes 9, 8, 7 and 1 more: process 9 is secret',
      services: 'no services',
    })
  })

  it('asks for no process when no socket has one', async () => {
    const { table, asked } = tableOf([CONNECTION])
    const refused: SocketTable = { ...table, readServices: () => Promise.reject(new Error('not asked')) }
    const { unknownParts } = await withTransport(others, transportWith(refused)).readSockets('tcp', 8085)
    expect({ unknownParts, asked }).toEqual({ unknownParts: {}, asked: [] })
  })

  it('names the user of this process', async () => {
    const { table } = tableOf([])
    const sources = withTransport(others, transportWith(table))
    expect(await sources.readSelf()).toEqual({ pid: process.pid, user: 'PC\\me' })
  })

  it('are those of the machine that the transport simulates, which need not list sockets', async () => {
    const range = { protocol: 'tcp', startPort: 5000, count: 10 } as const
    const readRanges = () => ({ dynamicRange: range, excluded: [{ ...range, administered: false }] })
    const simulatedMachine = { platform: 'win32', pid: 8, readRanges } as const
    const sources = withTransport(others, { simulatedMachine } as Partial<Transport> as Transport)
    expect(sources).toMatchObject({ platform: 'win32', isSimulated: true })
    expect(await sources.readSelf()).toEqual({ pid: 8, user: null })
    const span = { startPort: 5000, endPort: 5009 }
    expect(await sources.readDynamicRange('tcp')).toEqual({ value: span })
    expect(await sources.readExclusions('tcp')).toEqual({ value: [{ ...span, administered: false }] })
    expect(await sources.readFirstUnprivilegedPort()).toEqual({ value: 0 })
    expect(await sources.readSockets('tcp', 80)).toEqual({
      value: null,
      unknown: 'the simulation does not list sockets',
    })
  })

  it('is the other sources when the transport has no table, or when there is no transport', () => {
    expect(withTransport(others, transportWith(undefined))).toBe(others)
    expect(withTransport(others, undefined)).toBe(others)
  })
})
