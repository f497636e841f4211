import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endpoint, overlaps } from '../src/address-overlap.js'
import { parseSocketTable } from '../src/linux/socket-table.js'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'

/** Little-endian words, as the kernel prints them on the machines that Node supports best. */
function row(local: string, remote: string, state: string, uid: number, inode: number): string {
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${uid}        0 ${inode} 1 0000 100 0 0 10 0`
}

function tableOf(...rows: readonly string[]): string {
  return [HEAD, ...rows, ''].join('\n')
}

describe('parseSocketTable', () => {
  it('reads a listener and a connection of IPv4', () => {
    const table = tableOf(
      row('0100007F:0BB8', '00000000:0000', '0A', 1000, 5),
      row('0200000A:0BB8', '22D8B85D:01BB', '01', 0, 6),
      row('0200000A:0BB9', '22D8B85D:0BB8', '01', 0, 7),
    )
    expect(parseSocketTable(table, 'tcp', 3000)).toEqual([
      { address: '127.0.0.1', port: 3000, remote: null, state: 'LISTEN', uid: 1000, inode: '5' },
      { address: '10.0.0.2', port: 3000, remote: '93.184.216.34:443', state: 'ESTABLISHED', uid: 0, inode: '6' },
    ])
  })

  it('reads addresses of IPv6, also those that are mapped from IPv4', () => {
    const any = `${'0'.repeat(32)}:0000`
    const table = tableOf(
      row(`${'0'.repeat(32)}:0050`, any, '0A', 0, 1),
      row(`00000000000000000000000001000000:0050`, any, '0A', 0, 2),
      row(`0000000000000000FFFF00000100007F:0050`, `0000000000000000FFFF00000100007F:C350`, '06', 0, 0),
    )
    expect(parseSocketTable(table, 'tcp', 80).map(({ address, remote, state }) => [address, remote, state])).toEqual([
      ['::', null, 'LISTEN'],
      ['::1', null, 'LISTEN'],
      ['::ffff:127.0.0.1', '[::ffff:127.0.0.1]:50000', 'TIME_WAIT'],
    ])
  })

  it('gives a UDP socket the state BOUND, or CONNECTED', () => {
    const table = tableOf(
      row('00000000:0035', '00000000:0000', '07', 0, 1),
      row('0100007F:0035', '0100007F:C350', '01', 0, 2),
    )
    expect(parseSocketTable(table, 'udp', 53).map(({ state }) => state)).toEqual(['BOUND', 'CONNECTED'])
  })

  it('keeps the number of a state that it does not know', () => {
    const table = tableOf(row('00000000:0035', '00000000:0000', '0E', 0, 1))
    expect(parseSocketTable(table, 'tcp', 53)).toMatchObject([{ state: '0E' }])
  })

  it.each([
    ['the heading alone', HEAD],
    ['nothing', ''],
    ['a row that is cut off', `   0: 0100007F:0BB8 00000000:0000 0A`],
    ['an address of another length', row('01007F:0BB8', '00000000:0000', '0A', 0, 1)],
    ['an address of two words', row('0100007F0100007F:0BB8', '00000000:0000', '0A', 0, 1)],
    ['a remote address that is none', row('0100007F:0BB8', 'x:0000', '0A', 0, 1)],
  ])('finds no socket in %s', (_what, table) => {
    expect(parseSocketTable(table, 'tcp', 3000)).toEqual([])
  })

  it('finds one port among 10,000 sockets', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => {
      const port = (index + 10_000).toString(16).toUpperCase().padStart(4, '0')
      return row(`0100007F:${port}`, '00000000:0000', '0A', 0, index)
    })
    expect(parseSocketTable(tableOf(...rows), 'tcp', 15_000)).toMatchObject([{ port: 15_000, inode: '5000' }])
  })
})

describe('overlaps', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['127.0.0.1', '0.0.0.0', true],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['127.0.0.1', '::', true],
    ['127.0.0.1', '::1', false],
    ['0.0.0.0', '::', true],
    ['0.0.0.0', '::1', false],
    ['0.0.0.0', '::ffff:10.0.0.1', true],
    ['::1', '::', true],
    ['::1', 'fe80::1', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(overlaps(a, b)).toBe(expected)
    expect(overlaps(b, a)).toBe(expected)
  })

  it('is symmetric, and true for an address and itself', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('::', '0.0.0.0', '::1'))
    fc.assert(
      fc.property(address, address, (a, b) => {
        expect(overlaps(a, b)).toBe(overlaps(b, a))
        expect(overlaps(a, a)).toBe(true)
      }),
    )
  })
})

describe('endpoint', () => {
  it('puts an IPv6 address into brackets', () => {
    expect(endpoint('::1', 80)).toBe('[::1]:80')
    expect(endpoint('127.0.0.1', 80)).toBe('127.0.0.1:80')
  })
})
