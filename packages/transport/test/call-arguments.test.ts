import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkBindOptions,
  checkIoctlArguments,
  checkPortRange,
  checkProtocol,
  checkSocketAddress,
  checkSocketSpec,
} from '../src/backend/index.js'

/** A value of the wrong type, as JavaScript callers pass it. */
function hostile(value: unknown): never {
  return value as never
}

function typeError(name: string, expected: string, received: string): object {
  const kind = name.includes('.') ? 'property' : 'argument'
  const message = `The "${name}" ${kind} must be ${expected}. Received ${received}`
  return { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message }
}

function rangeError(name: string, range: string, received: string): object {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${received}`
  return { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message }
}

type Rejected = readonly [title: string, expected: object, call: () => unknown]

function rejects(cases: readonly Rejected[]): void {
  it.each(cases)('rejects %s', (_title, expected, call) => {
    expect(call).toThrow(expect.objectContaining(expected))
  })
}

const UINT16 = '>= 0 and <= 65535'
const range = { protocol: 'tcp', startPort: 5000, count: 20 } as const

describe('checkIoctlArguments', () => {
  const bytes = new Uint8Array(4)
  const buffer = 'a Uint8Array or null'

  it('accepts a Uint8Array of another realm', () => {
    expect(() => checkIoctlArguments(1, runInNewContext('new Uint8Array(4)'), null)).not.toThrow()
  })

  rejects([
    [
      'a code that is a string',
      typeError('code', 'of type number', "type string ('1')"),
      () => checkIoctlArguments('1', null, null),
    ],
    [
      'a code that is a bigint',
      typeError('code', 'of type number', 'type bigint (1n)'),
      () => checkIoctlArguments(1n, null, null),
    ],
    ['no code', typeError('code', 'of type number', 'undefined'), () => checkIoctlArguments(undefined, null, null)],
    ['a negative code', rangeError('code', '>= 0 and <= 4294967295', '-1'), () => checkIoctlArguments(-1, null, null)],
    [
      'a code of 33 bits',
      rangeError('code', '>= 0 and <= 4294967295', '4294967296'),
      () => checkIoctlArguments(2 ** 32, null, null),
    ],
    [
      'a fraction of a code',
      rangeError('code', 'an integer >= 0 and <= 4294967295', '0.5'),
      () => checkIoctlArguments(0.5, null, null),
    ],
    [
      'NaN for a code',
      rangeError('code', 'an integer >= 0 and <= 4294967295', 'NaN'),
      () => checkIoctlArguments(Number.NaN, null, null),
    ],
    [
      'an input that is an array',
      typeError('input', buffer, 'an instance of Array'),
      () => checkIoctlArguments(1, [1], null),
    ],
    ['no input at all', typeError('input', buffer, 'undefined'), () => checkIoctlArguments(1, undefined, null)],
    [
      'an input that is a DataView',
      typeError('input', buffer, 'an instance of DataView'),
      () => checkIoctlArguments(1, new DataView(bytes.buffer), null),
    ],
    [
      'an output that is an ArrayBuffer',
      typeError('output', buffer, 'an instance of ArrayBuffer'),
      () => checkIoctlArguments(1, null, bytes.buffer),
    ],
    [
      'an output of wider elements',
      typeError('output', buffer, 'an instance of Uint16Array'),
      () => checkIoctlArguments(1, bytes, new Uint16Array(2)),
    ],
  ])

  it('accepts any unsigned 32-bit code, and null, a Uint8Array or a Buffer', () => {
    for (const code of [0, 0x9800_0064, 0xffff_ffff]) {
      for (const buffer of [null, bytes, new Uint8Array(0), Buffer.from([1])]) {
        expect(() => checkIoctlArguments(code, buffer, buffer)).not.toThrow()
      }
    }
  })
})

describe('checkProtocol', () => {
  rejects([
    ['another protocol', rangeError('protocol', "'tcp' or 'udp'", "'sctp'"), () => checkProtocol('sctp')],
    ['another case', rangeError('protocol', "'tcp' or 'udp'", "'TCP'"), () => checkProtocol('TCP')],
    ['a number', typeError('protocol', "'tcp' or 'udp'", 'type number (6)'), () => checkProtocol(6)],
    ['nothing', typeError('protocol', "'tcp' or 'udp'", 'undefined'), () => checkProtocol(undefined)],
  ])

  it('accepts tcp and udp', () => {
    expect(() => checkProtocol('tcp')).not.toThrow()
    expect(() => checkProtocol('udp')).not.toThrow()
  })
})

describe('checkSocketSpec', () => {
  rejects([
    ['null', typeError('spec', 'of type object', 'null'), () => checkSocketSpec(hostile(null))],
    ['a string', typeError('spec', 'of type object', "type string ('tcp')"), () => checkSocketSpec(hostile('tcp'))],
    ['no protocol', typeError('protocol', "'tcp' or 'udp'", 'undefined'), () => checkSocketSpec(hostile({}))],
    [
      'another protocol',
      rangeError('protocol', "'tcp' or 'udp'", "'icmp'"),
      () => checkSocketSpec(hostile({ protocol: 'icmp' })),
    ],
    [
      'another family',
      rangeError('family', "'ipv4' or 'ipv6'", "'IPv4'"),
      () => checkSocketSpec(hostile({ protocol: 'tcp', family: 'IPv4' })),
    ],
    [
      'a family that is a number',
      typeError('family', "'ipv4' or 'ipv6'", 'type number (4)'),
      () => checkSocketSpec(hostile({ protocol: 'tcp', family: 4 })),
    ],
  ])

  it('returns the family, which defaults to IPv4', () => {
    expect(checkSocketSpec({ protocol: 'tcp' })).toBe('ipv4')
    expect(checkSocketSpec({ protocol: 'udp', family: 'ipv4' })).toBe('ipv4')
    expect(checkSocketSpec({ protocol: 'udp', family: 'ipv6' })).toBe('ipv6')
  })
})

describe('checkSocketAddress', () => {
  rejects([
    ['null', typeError('address', 'of type object', 'null'), () => checkSocketAddress('address', hostile(null))],
    [
      'a port alone',
      typeError('remote', 'of type object', 'type number (80)'),
      () => checkSocketAddress('remote', hostile(80)),
    ],
    [
      'no address',
      typeError('remote.address', 'of type string', 'undefined'),
      () => checkSocketAddress('remote', hostile({ port: 80 })),
    ],
    [
      'a port that is text',
      typeError('address.port', 'of type number', "type string ('80')"),
      () => checkSocketAddress('address', hostile({ address: '::', port: '80' })),
    ],
    [
      'port 65536',
      rangeError('address.port', UINT16, '65536'),
      () => checkSocketAddress('address', { address: '::', port: 65_536 }),
    ],
    [
      'port -1',
      rangeError('address.port', UINT16, '-1'),
      () => checkSocketAddress('address', { address: '::', port: -1 }),
    ],
    [
      'half a port',
      rangeError('address.port', `an integer ${UINT16}`, '1.5'),
      () => checkSocketAddress('address', { address: '::', port: 1.5 }),
    ],
  ])
})

describe('checkBindOptions', () => {
  const [tcp, udp] = [{ protocol: 'tcp', family: 'ipv4' } as const, { protocol: 'udp', family: 'ipv6' } as const]

  rejects([
    ['null', typeError('options', 'of type object', 'null'), () => checkBindOptions(udp, hostile(null))],
    ['true', typeError('options', 'of type object', 'type boolean (true)'), () => checkBindOptions(udp, hostile(true))],
    [
      'a reuseAddr that is a number',
      typeError('options.reuseAddr', 'of type boolean', 'type number (1)'),
      () => checkBindOptions(udp, hostile({ reuseAddr: 1 })),
    ],
    [
      'an ipv6Only that is null, on an IPv4 socket too',
      typeError('options.ipv6Only', 'of type boolean', 'null'),
      () => checkBindOptions(tcp, hostile({ ipv6Only: null })),
    ],
    [
      'an exclusiveAddressUse that is a string',
      typeError('options.exclusiveAddressUse', 'of type boolean', "type string ('yes')"),
      () => checkBindOptions(tcp, hostile({ exclusiveAddressUse: 'yes' })),
    ],
    [
      'exclusiveAddressUse with reuseAddr',
      rangeError('options.exclusiveAddressUse', 'false with reuseAddr', 'true'),
      () => checkBindOptions(udp, { exclusiveAddressUse: true, reuseAddr: true }),
    ],
    [
      'reuseAddr on TCP',
      rangeError('options.reuseAddr', 'false on a TCP socket', 'true'),
      () => checkBindOptions(tcp, { reuseAddr: true }),
    ],
  ])

  it('returns the options, which default to false, and ipv6Only only for IPv6', () => {
    const neither = { reuseAddr: false, ipv6Only: false, exclusiveAddressUse: false }
    for (const options of [undefined, {}, { reuseAddr: undefined, ipv6Only: undefined }, neither]) {
      expect(checkBindOptions(tcp, options)).toEqual(neither)
    }
    expect(checkBindOptions(udp, { reuseAddr: true })).toEqual({ ...neither, reuseAddr: true })
    expect(checkBindOptions(udp, { ipv6Only: true })).toEqual({ ...neither, ipv6Only: true })
    for (const socket of [tcp, udp]) {
      const exclusive = { exclusiveAddressUse: true }
      expect(checkBindOptions(socket, exclusive)).toEqual({ ...neither, ...exclusive })
    }
    expect(checkBindOptions(tcp, { ipv6Only: true })).toEqual(neither)
  })
})

describe('checkPortRange', () => {
  rejects([
    ['nothing', typeError('range', 'of type object', 'undefined'), () => checkPortRange(hostile(undefined))],
    [
      'another protocol',
      rangeError('protocol', "'tcp' or 'udp'", "'sctp'"),
      () => checkPortRange(hostile({ ...range, protocol: 'sctp' })),
    ],
    [
      'no start port',
      typeError('startPort', 'of type number', 'undefined'),
      () => checkPortRange(hostile({ protocol: 'tcp', count: 1 })),
    ],
    [
      'start port 65536',
      rangeError('startPort', UINT16, '65536'),
      () => checkPortRange({ ...range, startPort: 65_536 }),
    ],
    [
      'a count that is text',
      typeError('count', 'of type number', "type string ('20')"),
      () => checkPortRange(hostile({ ...range, count: '20' })),
    ],
    ['a negative count', rangeError('count', UINT16, '-1'), () => checkPortRange({ ...range, count: -1 })],
    ['half a port', rangeError('count', `an integer ${UINT16}`, '1.5'), () => checkPortRange({ ...range, count: 1.5 })],
  ])
})

it('checkPortRange and checkSocketAddress accept every 16-bit number', () => {
  const uint16 = fc.oneof(fc.constantFrom(0, 65_535), fc.integer({ min: 0, max: 65_535 }))
  fc.assert(
    fc.property(fc.constantFrom('tcp', 'udp'), uint16, uint16, (protocol, startPort, count) => {
      expect(() => checkPortRange({ protocol, startPort, count })).not.toThrow()
      expect(() => checkSocketAddress('address', { address: 'anything', port: startPort })).not.toThrow()
    }),
  )
})

it('checkPortRange rejects every other value', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const fits = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535
      const error = thrownBy(() => checkPortRange({ ...range, count: hostile(value) }))
      if (fits) expect(error).toBeUndefined()
      else if (typeof value === 'number') expect(error).toBeInstanceOf(RangeError)
      else expect(error).toBeInstanceOf(TypeError)
    }),
  )
})

function thrownBy(call: () => void): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}
