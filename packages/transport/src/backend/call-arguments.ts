import { types } from 'node:util'
import {
  checkBoolean,
  checkObject,
  checkUnsigned,
  invalidArgType,
  LAST_PORT,
  outOfRange,
  UINT16_MAX,
  UINT32_MAX,
} from '@winport/definitions'
import type { PortRange, Protocol } from '../port-range.js'
import type { AddressFamily, BindOptions, SocketAddress, SocketSpec, WinsockSocket } from '../winsock-socket.js'

// Every backend makes these checks before a system call.

export function checkIoctlArguments(code: unknown, input: unknown, output: unknown): void {
  checkUnsigned('code', code, UINT32_MAX)
  checkBuffer('input', input)
  checkBuffer('output', output)
}

function checkBuffer(name: string, value: unknown): void {
  if (value !== null && !types.isUint8Array(value)) throw invalidArgType(name, 'a Uint8Array or null', value)
}

export function checkProtocol(value: unknown): asserts value is Protocol {
  if (typeof value !== 'string') throw invalidArgType('protocol', "'tcp' or 'udp'", value)
  if (value !== 'tcp' && value !== 'udp') throw outOfRange('protocol', "'tcp' or 'udp'", value)
}

/** Checks a socket's description and returns its family. */
export function checkSocketSpec(spec: SocketSpec): AddressFamily {
  checkObject('spec', spec)
  checkProtocol(spec.protocol)
  const family: unknown = spec.family ?? 'ipv4'
  if (typeof family !== 'string') throw invalidArgType('family', "'ipv4' or 'ipv6'", family)
  if (family !== 'ipv4' && family !== 'ipv6') throw outOfRange('family', "'ipv4' or 'ipv6'", family)
  return family
}

export function checkSocketAddress(name: string, address: SocketAddress): void {
  checkObject(name, address)
  if (typeof address.address !== 'string') throw invalidArgType(`${name}.address`, 'of type string', address.address)
  checkUnsigned(`${name}.port`, address.port, LAST_PORT)
}

/** The options of a bind, with their defaults filled in. */
export interface BindMode {
  readonly reuseAddr: boolean
  readonly ipv6Only: boolean
  readonly exclusiveAddressUse: boolean
}

export const DEFAULT_BIND_MODE: BindMode = { reuseAddr: false, ipv6Only: false, exclusiveAddressUse: false }

/** Checks the options of a bind and returns those that apply to this socket. */
export function checkBindOptions(
  { protocol, family }: Pick<WinsockSocket, 'protocol' | 'family'>,
  options?: BindOptions,
): BindMode {
  if (options === undefined) return DEFAULT_BIND_MODE
  checkObject('options', options)
  const { reuseAddr = false, ipv6Only = false, exclusiveAddressUse = false } = options
  checkBoolean('options.reuseAddr', reuseAddr)
  checkBoolean('options.ipv6Only', ipv6Only)
  checkBoolean('options.exclusiveAddressUse', exclusiveAddressUse)
  if (reuseAddr && protocol === 'tcp') throw outOfRange('options.reuseAddr', 'false on a TCP socket', reuseAddr)
  if (exclusiveAddressUse && reuseAddr) {
    throw outOfRange('options.exclusiveAddressUse', 'false with reuseAddr', exclusiveAddressUse)
  }
  return { reuseAddr, ipv6Only: ipv6Only && family === 'ipv6', exclusiveAddressUse }
}

/** Checks that both numbers of a range fit a USHORT. The kernel decides whether the range is valid. */
export function checkPortRange(range: PortRange): void {
  checkObject('range', range)
  checkProtocol(range.protocol)
  checkUnsigned('startPort', range.startPort, LAST_PORT)
  checkUnsigned('count', range.count, UINT16_MAX)
}
