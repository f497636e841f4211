import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { isHostPortFree } from '../src/backend/index.js'
import { hasIPv6 } from '../src/conformance/index.js'

const ADDRESSES = hasIPv6() ? ['127.0.0.1', '0.0.0.0', '::1', '::'] : ['127.0.0.1', '0.0.0.0']

async function listenOn(address: string, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer().listen({ host: address, port })
  await once(server, 'listening')
  const bound = server.address()
  return { server, port: typeof bound === 'object' && bound !== null ? bound.port : 0 }
}

describe('isHostPortFree', () => {
  it.each(ADDRESSES)('TCP: not while a server listens on %s', async (address) => {
    const { server, port } = await listenOn(address)
    expect(isHostPortFree('tcp', port)).toBe(false)
    server.close()
    await once(server, 'close')
    expect(isHostPortFree('tcp', port)).toBe(true)
  })

  it.each(ADDRESSES)('UDP: not while a socket is bound to %s', async (address) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4').bind(0, address)
    await once(socket, 'listening')
    const { port } = socket.address()
    expect(isHostPortFree('udp', port)).toBe(false)
    socket.close()
    await once(socket, 'close')
    expect(isHostPortFree('udp', port)).toBe(true)
  })

  it('asking does not take the port, and each protocol is asked apart', async () => {
    const { server, port } = await listenOn('127.0.0.1')
    expect(isHostPortFree('udp', port)).toBe(true)
    expect(isHostPortFree('udp', port)).toBe(true)
    server.close()
    await once(server, 'close')
    expect(isHostPortFree('tcp', port)).toBe(true)
    const again = await listenOn('0.0.0.0', port)
    expect(again.port).toBe(port)
    again.server.close()
    await once(again.server, 'close')
  })
})

describe('isHostPortFree on a machine without IPv6', () => {
  const binding = Object.getOwnPropertyDescriptor(process, 'binding')

  afterEach(() => {
    if (binding !== undefined) Object.defineProperty(process, 'binding', binding)
  })

  const EADDRNOTAVAIL = process.platform === 'win32' ? -4090 : -99
  const EADDRINUSE = process.platform === 'win32' ? -4091 : -98

  /** A handle that is useless after it was meant for IPv6, as the socket in it is. */
  async function loadWith(
    bind4: number,
    getsockname = 0,
  ): Promise<{ open: () => number; isFree: typeof isHostPortFree }> {
    let open = 0
    class Handle {
      #spoilt = false
      constructor() {
        open++
      }
      open(): number {
        return 0
      }
      bind6(): number {
        this.#spoilt = true
        return EADDRNOTAVAIL
      }
      bind(): number {
        return this.#spoilt ? -22 : bind4
      }
      getsockname(): number {
        return getsockname
      }
      listen(): never {
        throw new Error('whoever asks must not let connections in')
      }
      close(): void {
        open--
      }
    }
    const wrap = { TCP: Handle, UDP: Handle, constants: { SOCKET: 0, SERVER: 1 } }
    Object.defineProperty(process, 'binding', { value: () => wrap, configurable: true, writable: true })
    vi.resetModules()
    const { isHostPortFree: isFree } = await import('../src/adoption/node-handle.js')
    return { open: () => open, isFree }
  }

  it.each(['tcp', 'udp'] as const)('%s: IPv4 decides, and no handle is left', async (protocol) => {
    const free = await loadWith(0)
    expect(free.isFree(protocol, 5000)).toBe(true)
    expect(free.open()).toBe(0)
    const busy = await loadWith(EADDRINUSE)
    expect(busy.isFree(protocol, 5000)).toBe(false)
    expect(busy.open()).toBe(0)
  })

  it('TCP: an address that turns out to be in use when the socket is asked', async () => {
    const { isFree, open } = await loadWith(0, EADDRINUSE)
    expect(isFree('tcp', 5000)).toBe(false)
    expect(open()).toBe(0)
  })
})
