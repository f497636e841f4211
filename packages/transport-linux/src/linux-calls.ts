import { readFileSync } from 'node:fs'
import {
  AF_INET,
  AF_INET6,
  controlCodeName,
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  INET_PORT_RESERVATION_TOKEN,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  LAST_PORT,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOL_SOCKET,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEINVAL,
  WSAEMFILE,
  WSAENOBUFS,
  WSAEOPNOTSUPP,
} from '@winport/definitions'
import { type NodeHandle, WinsockError } from '@winport/transport'
import { type CallResult, failedWith } from '@winport/transport/backend'
import type { SocketPurpose, WinsockCalls } from '@winport/transport/native'
import type { Addon, AddonSocket } from './addon.js'
import { type PortPlace, placesFor } from './port-places.js'
import { winsockErrno } from './winsock-errno.js'

/** A socket of the addon, and what bind passes on. */
export interface LinuxSocket {
  readonly socket: AddonSocket
  reuseAddr: boolean
  ipv6Only: boolean
}

const REUSE_ADDR = 1
const IPV6_ONLY = 2

const PURPOSES: Readonly<Record<SocketPurpose, number>> = { listen: 0, connect: 1, receive: 2 }

/** Winsock's calls, made with the held ports of Linux. Every control call is complete when it returns. */
export class LinuxCalls implements WinsockCalls<LinuxSocket> {
  readonly #addon: Addon
  readonly #ephemeralPorts: PortPlace

  constructor(addon: Addon, ephemeralPorts: PortPlace) {
    this.#addon = addon
    this.#ephemeralPorts = ephemeralPorts
  }

  startUp(): CallResult {
    return 0
  }

  cleanUp(): CallResult {
    return 0
  }

  openSocket(family: number, type: number): LinuxSocket {
    const socket = this.#addon.open(family === AF_INET6 ? 1 : 0, type === SOCK_DGRAM ? 1 : 0)
    if (socket < 0) throw new WinsockError(winsockErrno(-socket), 'WSASocketW', { cause: fileLimit() })
    return { socket, reuseAddr: false, ipv6Only: false }
  }

  closeSocket({ socket }: LinuxSocket): CallResult {
    return resultOf(this.#addon.close(socket))
  }

  descriptor({ socket }: LinuxSocket, purpose: SocketPurpose): number {
    const descriptor = this.#addon.handOver(socket, PURPOSES[purpose])
    if (descriptor < 0) throw new WinsockError(winsockErrno(-descriptor), purpose)
    return descriptor
  }

  disown({ socket }: LinuxSocket, owner: NodeHandle): void {
    this.#addon.disown(socket)
    const left = () => this.#addon.left(socket)
    afterCall(owner, 'close', left)
    afterCall(owner, 'reset', left) // of a connection that is closed with RST
  }

  bind({ socket, reuseAddr, ipv6Only }: LinuxSocket, name: Uint8Array, length: number): CallResult {
    const flags = (reuseAddr ? REUSE_ADDR : 0) | (ipv6Only ? IPV6_ONLY : 0)
    const result = resultOf(this.#addon.bind(socket, name, length, flags))
    return reuseAddr && result === failedWith(WSAEADDRINUSE) ? failedWith(WSAEACCES) : result
  }

  localName({ socket }: LinuxSocket, name: Uint8Array): CallResult {
    const result = this.#addon.localName(socket, name)
    if (result < 0) return resultOf(result)
    const family = new DataView(name.buffer, name.byteOffset)
    family.setUint16(0, name[0] === LINUX_AF_INET6 ? AF_INET6 : AF_INET, true)
    return result
  }

  /** The options that matter take effect at bind. The others are defaults of Linux. */
  setOption(handle: LinuxSocket, level: number, option: number, value: number): CallResult {
    if (level === SOL_SOCKET && option === SO_REUSEADDR) handle.reuseAddr = value !== 0
    if (level === IPPROTO_IPV6 && option === IPV6_V6ONLY) handle.ipv6Only = value !== 0
    return 0
  }

  ioctl({ socket }: LinuxSocket, code: number, input: Uint8Array | null, output: Uint8Array | null): CallResult {
    switch (code) {
      case SIO_ACQUIRE_PORT_RESERVATION:
        return this.#acquire(socket, input, output)
      case SIO_ASSOCIATE_PORT_RESERVATION:
      case SIO_RELEASE_PORT_RESERVATION: {
        if (input === null || input.length < INET_PORT_RESERVATION_TOKEN.size || (output?.length ?? 0) > 0) {
          return failedWith(WSAEINVAL)
        }
        const { Token } = INET_PORT_RESERVATION_TOKEN.decode(input)
        const call = code === SIO_ASSOCIATE_PORT_RESERVATION ? 'associate' : 'release'
        return resultOf(this.#addon[call](socket, Token))
      }
      default:
        return failedWith(WSAEOPNOTSUPP)
    }
  }

  startIoctl(handle: LinuxSocket, code: number, input: Uint8Array | null, output: Uint8Array | null): CallResult {
    return this.ioctl(handle, code, input, output)
  }

  failedBytesReturned(): number {
    return 0
  }

  #acquire(socket: AddonSocket, input: Uint8Array | null, output: Uint8Array | null): CallResult {
    if (input === null || input.length < INET_PORT_RANGE.size) return failedWith(WSAEINVAL)
    if (output === null || output.length < INET_PORT_RESERVATION_INSTANCE.size) return failedWith(WSAEINVAL)
    const { StartPort: start, NumberOfPorts: count } = INET_PORT_RANGE.decode(input)
    if (count === 0 || start + count - 1 > LAST_PORT) return failedWith(WSAEINVAL)
    const places = start === 0 ? placesFor(count, this.#ephemeralPorts) : [[start, start + count - 1] as const]
    const token = new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
    for (const [from, to] of places) {
      const first = this.#addon.acquire(socket, from, to, count, token)
      if (first > 0) {
        const { Token } = INET_PORT_RESERVATION_TOKEN.decode(token)
        INET_PORT_RESERVATION_INSTANCE.encode({ StartPort: first, NumberOfPorts: count, Token }, output)
        return INET_PORT_RESERVATION_INSTANCE.size
      }
      const errno = winsockErrno(-first)
      if (errno === WSAEMFILE) {
        const syscall = `WSAIoctl(${controlCodeName(SIO_ACQUIRE_PORT_RESERVATION)})`
        throw new WinsockError(errno, syscall, { cause: fileLimit(count) })
      }
      if (start !== 0 || (errno !== WSAEADDRINUSE && errno !== WSAEACCES)) return failedWith(errno)
    }
    return failedWith(WSAENOBUFS)
  }
}

const LINUX_AF_INET6 = 10

function resultOf(result: number): CallResult {
  return result < 0 ? failedWith(winsockErrno(-result)) : result
}

/** Calls `after` when the method of a handle has succeeded. */
function afterCall(owner: NodeHandle, method: 'close' | 'reset', after: () => void): void {
  const original: unknown = Reflect.get(owner, method)
  if (typeof original !== 'function') return
  Reflect.set(owner, method, (...passed: readonly unknown[]): unknown => {
    const result: unknown = Reflect.apply(original, owner, passed)
    if (result === undefined || result === 0) after()
    return result
  })
}

/** Says how many files this process may open. @param count the ports that were wanted */
function fileLimit(count?: number): Error {
  const wanted = count === undefined ? '' : `${count} ports were wanted, and each takes one file descriptor. `
  let limits = ''
  try {
    limits = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    // The message then says less.
  }
  const [, soft = 'unknown', hard = 'unknown'] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits) ?? []
  return new Error(
    `${wanted}This process may open ${soft} files (ulimit -Hn: ${hard}). Ask for fewer ports, or raise the limit.`,
  )
}
