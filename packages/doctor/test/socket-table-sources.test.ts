import type { SocketTable, SocketTableEntry, Transport } from '@winport/transport'
import { describe, expect, it } from 'vitest'
import { OtherSources } from '../src/other-sources.js'
import { withSocketTable } from '../src/socket-table-sources.js'

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
  }
  return { table, asked }
}

const others = new OtherSources('freebsd')

describe('withSocketTable', () => {
  it('joins the sockets of the transport with their processes, each of which is read once', async () => {
    const { table, asked } = tableOf([LISTENER, { ...LISTENER, address: '::1' }, CONNECTION])
    const { value } = await withSocketTable(others, transportWith(table)).readSockets('tcp', 8085)
    const known = { user: null, services: null }
    const listener = {
      ...known,
      pid: 14_233,
      image: 'C:\\node.exe',
      address: '::',
      state: 'LISTEN',
      since: '2026-11-28T09:14:00.000Z',
      started: '2026-11-28T09:00:00.000Z',
      remote: null,
    }
    expect(value).toEqual([
      listener,
      { ...listener, address: '::1' },
      {
        ...known,
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
    const { value } = await withSocketTable(others, transportWith(table)).readAllSockets('tcp')
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
      readProcess: () => Promise.reject(new Error('not asked')),
    }
    const sources = withSocketTable(others, transportWith(table))
    const unknown = { value: null, unknown: 'it is not read on freebsd' }
    expect(await sources.readSockets('tcp', 80)).toEqual(unknown)
    expect(await sources.readAllSockets('tcp')).toEqual(unknown)
    expect(await sources.readDynamicRange('tcp')).toEqual(unknown)
    expect(await sources.readFirstUnprivilegedPort()).toEqual(unknown)
    expect(await sources.readExclusions('tcp')).toEqual({ value: [] })
    expect(await sources.readSelf()).toEqual({ pid: process.pid, user: null })
    expect(sources.platform).toBe('freebsd')
  })

  it('is the other sources when the transport has no table, or when there is no transport', () => {
    expect(withSocketTable(others, transportWith(undefined))).toBe(others)
    expect(withSocketTable(others, undefined)).toBe(others)
  })
})
