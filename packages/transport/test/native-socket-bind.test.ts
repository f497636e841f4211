import {
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_EXCLUSIVEADDRUSE,
  SO_REUSEADDR,
  SOL_SOCKET,
  WSAEADDRINUSE,
  WSAEINVAL,
  WSAENOPROTOOPT,
} from '@winport/definitions'
import { expect, it } from 'vitest'
import { failedWith } from '../src/backend/index.js'
import type { AddressFamily, BindOptions, Protocol } from '../src/index.js'
import { NativeSocket, type WinsockCalls } from '../src/native/index.js'
import type { OutstandingCalls } from '../src/native/outstanding-calls.js'

const [V6ONLY, REUSEADDR] = [`${IPPROTO_IPV6}/${IPV6_V6ONLY}`, `${SOL_SOCKET}/${SO_REUSEADDR}`]
const EXCLUSIVE = `${SOL_SOCKET}/${SO_EXCLUSIVEADDRUSE}`

/** A socket over calls that record the options and fail with the given errors. */
function openSocket(protocol: Protocol, family: AddressFamily, failures: { option?: number; bind?: number[] } = {}) {
  const made: string[] = []
  const calls: Partial<WinsockCalls<number>> = {
    setOption: (_handle, level, option, value) => {
      made.push(`${level}/${option}=${value}`)
      return failures.option === undefined ? 0 : failedWith(failures.option)
    },
    bind: () => {
      made.push('bind')
      const errno = failures.bind?.shift()
      return errno === undefined ? 0 : failedWith(errno)
    },
  }
  const home = { calls: calls as WinsockCalls<number>, keep: () => {}, forget: () => {} }
  const outstanding: Partial<OutstandingCalls> = { size: 0 }
  const socket = new NativeSocket(protocol, family, 1, { ...home, outstanding: outstanding as OutstandingCalls })
  const address = { address: family === 'ipv4' ? '127.0.0.1' : '::', port: 0 }
  return { made, bind: (options?: BindOptions) => socket.bind(address, options) }
}

it('makes an IPv6 socket dual-stack when it is opened, and sets no other option by default', () => {
  for (const options of [undefined, {}, { reuseAddr: false, ipv6Only: false }, { ipv6Only: undefined }]) {
    const [ipv4, ipv6] = [openSocket('udp', 'ipv4'), openSocket('tcp', 'ipv6')]
    ipv4.bind(options)
    ipv6.bind(options)
    expect([ipv4.made, ipv6.made]).toEqual([['bind'], [`${V6ONLY}=0`, 'bind']])
  }
})

it('sets SO_REUSEADDR and IPV6_V6ONLY before bind, and ignores ipv6Only on an IPv4 socket', () => {
  const [ipv4, ipv6] = [openSocket('udp', 'ipv4'), openSocket('udp', 'ipv6')]
  for (const { bind } of [ipv4, ipv6]) bind({ reuseAddr: true, ipv6Only: true })
  expect([ipv4.made, ipv6.made]).toEqual([
    [`${REUSEADDR}=1`, 'bind'],
    [`${V6ONLY}=0`, `${REUSEADDR}=1`, `${V6ONLY}=1`, 'bind'],
  ])
})

it('resets the options of a bind that failed', () => {
  const { made, bind } = openSocket('udp', 'ipv6', { bind: [WSAEADDRINUSE, WSAEADDRINUSE] })
  for (const options of [{ reuseAddr: true, ipv6Only: true }, { reuseAddr: true }]) {
    expect(() => bind(options)).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE', syscall: 'bind' }))
  }
  bind()
  const [first, second, third] = [`${REUSEADDR}=1 ${V6ONLY}=1`, `${V6ONLY}=0`, `${REUSEADDR}=0`]
  expect(made.join(' ')).toBe(`${V6ONLY}=0 ${first} bind ${second} bind ${third} bind`)
})

it('sets SO_EXCLUSIVEADDRUSE only while SO_REUSEADDR is not set', () => {
  const { made, bind } = openSocket('udp', 'ipv4', { bind: [WSAEADDRINUSE, WSAEADDRINUSE, WSAEADDRINUSE] })
  for (const options of [{ exclusiveAddressUse: true }, { reuseAddr: true }, { exclusiveAddressUse: true }]) {
    expect(() => bind(options)).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
  }
  bind()
  const [first, second] = [`${EXCLUSIVE}=1`, `${EXCLUSIVE}=0 ${REUSEADDR}=1`]
  const [third, fourth] = [`${REUSEADDR}=0 ${EXCLUSIVE}=1`, `${EXCLUSIVE}=0`]
  expect(made.join(' ')).toBe(`${first} bind ${second} bind ${third} bind ${fourth} bind`)
})

it('sets SO_EXCLUSIVEADDRUSE on TCP and UDP sockets of both families', () => {
  for (const protocol of ['tcp', 'udp'] as const) {
    for (const family of ['ipv4', 'ipv6'] as const) {
      const { made, bind } = openSocket(protocol, family)
      bind({ exclusiveAddressUse: true })
      expect(made.slice(-2)).toEqual([`${EXCLUSIVE}=1`, 'bind'])
    }
  }
})

it('rejects exclusiveAddressUse with reuseAddr before any call', () => {
  const { made, bind } = openSocket('udp', 'ipv4')
  expect(() => bind({ exclusiveAddressUse: true, reuseAddr: true })).toThrow(
    expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
  )
  expect(made).toEqual([])
})

it('sets no option on a bound socket', () => {
  const { made, bind } = openSocket('udp', 'ipv6')
  bind()
  made.length = 0
  bind({ reuseAddr: true, ipv6Only: true })
  expect(made).toEqual(['bind'])
})

it.each([
  [{ reuseAddr: true }, 'ipv4'],
  [{ ipv6Only: true }, 'ipv6'],
  [{ exclusiveAddressUse: true }, 'ipv4'],
] as const)('does not bind with %j if the option cannot be set', (options, family) => {
  const { made, bind } = openSocket('udp', family, { option: WSAENOPROTOOPT })
  const error = expect.objectContaining({ code: 'WSAENOPROTOOPT', errno: WSAENOPROTOOPT, syscall: 'setsockopt' })
  expect(() => bind(options)).toThrow(error)
  expect(made).not.toContain('bind')
})

it('binds an IPv6 socket that cannot accept IPv4', () => {
  const { made, bind } = openSocket('tcp', 'ipv6', { option: WSAEINVAL })
  bind()
  expect(made).toEqual([`${V6ONLY}=0`, 'bind'])
})

it('rejects reuseAddr on TCP before any call', () => {
  for (const family of ['ipv4', 'ipv6'] as const) {
    const { made, bind } = openSocket('tcp', family)
    made.length = 0
    expect(() => bind({ reuseAddr: true })).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
    expect(made).toEqual([])
  }
})
