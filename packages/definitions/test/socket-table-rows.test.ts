import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MIB_TCP6ROW_OWNER_MODULE,
  MIB_TCP6ROW_OWNER_PID,
  MIB_TCP6ROW2,
  MIB_TCPROW_OWNER_MODULE,
  MIB_TCPROW_OWNER_PID,
  MIB_TCPROW2,
  MIB_UDP6ROW_OWNER_MODULE,
  MIB_UDP6ROW_OWNER_PID,
  MIB_UDPROW_OWNER_MODULE,
  MIB_UDPROW_OWNER_PID,
  tcpStateName,
} from '../src/index.js'
import { formatIPv4Address } from '../src/ipv4-address.js'
import { formatIPv6Address } from '../src/ipv6-address.js'
import { badToken, badUnsigned, expectFieldRefused, itKeepsTheCodecPromises } from './struct-codec-behaviour.js'

const dword = fc.integer({ min: 0, max: 0xffff_ffff })
const port = fc.integer({ min: 0, max: 0xffff })
const time = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => formatIPv4Address(bytes, 0))
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => formatIPv6Address(bytes, 0))

const tcp4 = fc.record({
  dwState: dword,
  dwLocalAddr: ipv4,
  dwLocalPort: port,
  dwRemoteAddr: ipv4,
  dwRemotePort: port,
  dwOwningPid: dword,
})
const tcp6 = fc.record({
  ucLocalAddr: ipv6,
  dwLocalScopeId: dword,
  dwLocalPort: port,
  ucRemoteAddr: ipv6,
  dwRemoteScopeId: dword,
  dwRemotePort: port,
  dwState: dword,
  dwOwningPid: dword,
})
const bound6 = fc.record({
  LocalAddr: ipv6,
  dwLocalScopeId: dword,
  dwLocalPort: port,
  RemoteAddr: ipv6,
  dwRemoteScopeId: dword,
  dwRemotePort: port,
  State: dword,
  dwOwningPid: dword,
  dwOffloadState: dword,
})
const udp4 = fc.record({ dwLocalAddr: ipv4, dwLocalPort: port, dwOwningPid: dword })
const udp6 = fc.record({ ucLocalAddr: ipv6, dwLocalScopeId: dword, dwLocalPort: port, dwOwningPid: dword })

function withField<Row extends object, Name extends string, Value>(
  rows: fc.Arbitrary<Row>,
  name: Name,
  values: fc.Arbitrary<Value>,
): fc.Arbitrary<Row & Record<Name, Value>> {
  return fc.tuple(rows, values).map(([row, value]) => ({ ...row, [name]: value }) as Row & Record<Name, Value>)
}

const freshOf =
  <Row extends object>(rows: fc.Arbitrary<Row>) =>
  (): Row =>
    fc.sample(rows, { numRuns: 1, seed: 7 })[0] as Row

describe('MIB_TCPROW_OWNER_PID', () => itKeepsTheCodecPromises(MIB_TCPROW_OWNER_PID, tcp4, freshOf(tcp4)))
describe('MIB_TCPROW_OWNER_MODULE', () => {
  const rows = withField(tcp4, 'liCreateTimestamp', time)
  itKeepsTheCodecPromises(MIB_TCPROW_OWNER_MODULE, rows, freshOf(rows))
})
describe('MIB_TCP6ROW_OWNER_PID', () => itKeepsTheCodecPromises(MIB_TCP6ROW_OWNER_PID, tcp6, freshOf(tcp6)))
describe('MIB_TCP6ROW_OWNER_MODULE', () => {
  const rows = withField(tcp6, 'liCreateTimestamp', time)
  itKeepsTheCodecPromises(MIB_TCP6ROW_OWNER_MODULE, rows, freshOf(rows))
})
describe('MIB_TCPROW2', () => {
  const rows = withField(tcp4, 'dwOffloadState', dword)
  itKeepsTheCodecPromises(MIB_TCPROW2, rows, freshOf(rows))
})
describe('MIB_TCP6ROW2', () => itKeepsTheCodecPromises(MIB_TCP6ROW2, bound6, freshOf(bound6)))
describe('MIB_UDPROW_OWNER_PID', () => itKeepsTheCodecPromises(MIB_UDPROW_OWNER_PID, udp4, freshOf(udp4)))
describe('MIB_UDPROW_OWNER_MODULE', () => {
  const rows = withField(udp4, 'liCreateTimestamp', time)
  itKeepsTheCodecPromises(MIB_UDPROW_OWNER_MODULE, rows, freshOf(rows))
})
describe('MIB_UDP6ROW_OWNER_PID', () => itKeepsTheCodecPromises(MIB_UDP6ROW_OWNER_PID, udp6, freshOf(udp6)))
describe('MIB_UDP6ROW_OWNER_MODULE', () => {
  const rows = withField(udp6, 'liCreateTimestamp', time)
  itKeepsTheCodecPromises(MIB_UDP6ROW_OWNER_MODULE, rows, freshOf(rows))
})

describe('a row of a socket table', () => {
  const row = {
    dwState: 2,
    dwLocalAddr: '127.0.0.1',
    dwLocalPort: 8085,
    dwRemoteAddr: '0.0.0.0',
    dwRemotePort: 0,
    dwOwningPid: 14_233,
    liCreateTimestamp: 0x1122334455667788n,
  }

  it('has the ports in network order, everything else in little-endian order, and zeros where the value has no field', () => {
    const bytes = new Uint8Array(160).fill(0xff)
    MIB_TCPROW_OWNER_MODULE.encode(row, bytes)
    expect([...bytes.subarray(0, 32)]).toEqual([
      ...[2, 0, 0, 0, 127, 0, 0, 1, 0x1f, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x99, 0x37, 0, 0],
      ...[0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11],
    ])
    expect(bytes.subarray(32).every((byte) => byte === 0)).toBe(true)
  })

  it('ignores the upper half of a port, which Windows does not define', () => {
    const bytes = new Uint8Array(12)
    bytes.set([0x1f, 0x95, 0xaa, 0xbb], 4)
    expect(MIB_UDPROW_OWNER_PID.decode(bytes).dwLocalPort).toBe(8085)
  })

  it.each(badUnsigned('MIB_TCPROW_OWNER_MODULE.dwLocalPort', 65535))('refuses a port %s', (bad, error, message) =>
    expectFieldRefused(MIB_TCPROW_OWNER_MODULE, { ...row, dwLocalPort: bad }, error, message),
  )

  it.each(badUnsigned('MIB_TCPROW_OWNER_MODULE.dwOwningPid', 0xffff_ffff))(
    'refuses a DWORD %s',
    (bad, error, message) => expectFieldRefused(MIB_TCPROW_OWNER_MODULE, { ...row, dwOwningPid: bad }, error, message),
  )

  it.each(badToken('MIB_TCPROW_OWNER_MODULE.liCreateTimestamp'))('refuses a time %s', (bad, error, message) =>
    expectFieldRefused(MIB_TCPROW_OWNER_MODULE, { ...row, liCreateTimestamp: bad }, error, message),
  )

  it('refuses an address that is not text, or not of its family', () => {
    const field = '"MIB_TCPROW_OWNER_MODULE.dwRemoteAddr"'
    expectFieldRefused(
      MIB_TCPROW_OWNER_MODULE,
      { ...row, dwRemoteAddr: 1 },
      'TypeError',
      `The ${field} property must be of type string. Received type number (1)`,
    )
    expectFieldRefused(
      MIB_TCPROW_OWNER_MODULE,
      { ...row, dwRemoteAddr: '::1' },
      'RangeError',
      `The value of ${field} is out of range. It must be an IPv4 address such as '127.0.0.1'. Received '::1'`,
    )
    expectFieldRefused(
      MIB_UDP6ROW_OWNER_PID,
      { ucLocalAddr: '127.0.0.1', dwLocalScopeId: 0, dwLocalPort: 1, dwOwningPid: 4 },
      'RangeError',
      `The value of "MIB_UDP6ROW_OWNER_PID.ucLocalAddr" is out of range. It must be an IPv6 address such as '::1', without a zone. Received '127.0.0.1'`,
    )
  })
})

describe('tcpStateName', () => {
  it.each([
    [1, 'CLOSED'],
    [2, 'LISTEN'],
    [5, 'ESTABLISHED'],
    [11, 'TIME_WAIT'],
    [12, 'DELETE_TCB'],
    [0, '0'],
    [100, '100'],
  ])('names the state %i %s', (state, name) => expect(tcpStateName(state)).toBe(name))
})
