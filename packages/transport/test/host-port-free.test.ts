import { execFile } from 'node:child_process'
import dgram, { createSocket } from 'node:dgram'
import { once } from 'node:events'
import net, { createServer, type Server } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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
  it.each(ADDRESSES)('is false while a server listens on %s', async (address) => {
    const { server, port } = await listenOn(address)
    expect(isHostPortFree('tcp', port)).toBe(false)
    server.close()
    await once(server, 'close')
    expect(isHostPortFree('tcp', port)).toBe(true)
  })

  it.each(ADDRESSES)('is false while a datagram socket is bound to %s', async (address) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4').bind(0, address)
    await once(socket, 'listening')
    const { port } = socket.address()
    expect(isHostPortFree('udp', port)).toBe(false)
    socket.close()
    await once(socket, 'close')
    expect(isHostPortFree('udp', port)).toBe(true)
  })

  it('leaves the port free, and asks for one protocol only', async () => {
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

  it.skipIf(process.platform === 'win32')('throws EMFILE when the process has no descriptor left', async () => {
    const program = `
      import { openSync } from 'node:fs'
      import { isHostPortFree } from '@winport/transport/backend'
      isHostPortFree('tcp', 1)
      try { for (;;) openSync(process.execPath) } catch {}
      const answers = ['tcp', 'udp'].map((protocol) => {
        try { return isHostPortFree(protocol, 50_000) } catch ({ code, errno, syscall, message }) { return { code, errno, syscall, message } }
      })
      process.stdout.write(JSON.stringify(answers))`
    const command = 'ulimit -n 64; exec "$0" --input-type=module --eval "$1"'
    const { stdout } = await promisify(execFile)('sh', ['-c', command, process.execPath, program], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    })
    const refusal = {
      code: 'EMFILE',
      errno: -24,
      syscall: 'bind',
      message: expect.stringMatching(/^bind EMFILE .*:50000$/),
    }
    expect(JSON.parse(stdout)).toEqual([refusal, refusal])
  })
})

describe.each(['tcp', 'udp'] as const)('isHostPortFree for %s, over simulated handles', (protocol) => {
  const createServerHandle = Object.getOwnPropertyDescriptor(net, '_createServerHandle')
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')
  const ERRNO: Readonly<Record<string, number>> =
    process.platform === 'win32'
      ? { EADDRINUSE: -4091, EADDRNOTAVAIL: -4090, EACCES: -4092, ENOBUFS: -4060 }
      : { EADDRINUSE: -98, EADDRNOTAVAIL: -99, EACCES: -13, ENOBUFS: -105 }
  let bound: string[]
  let open: number

  beforeEach(() => {
    bound = []
    open = 0
  })

  afterEach(() => {
    vi.restoreAllMocks()
    if (createServerHandle !== undefined) Object.defineProperty(net, '_createServerHandle', createServerHandle)
    if (platform !== undefined) Object.defineProperty(process, 'platform', platform)
  })

  /** Loads isHostPortFree over handles on which `bind` and `getsockname` fail with the errors of these addresses. */
  async function load(
    system: 'linux' | 'win32',
    bindErrors: Readonly<Record<string, string>>,
    nameErrors: Readonly<Record<string, string>> = {},
  ): Promise<typeof isHostPortFree> {
    const errnoOf = (errors: Readonly<Record<string, string>>, address: string) => ERRNO[errors[address] ?? ''] ?? 0
    class Handle {
      #address = ''
      constructor() {
        open++
      }
      open(): number {
        return 0
      }
      bind6(address: string, _port: number, _flags: number): number {
        return this.bind(address)
      }
      bind(address: string): number {
        if (this.#address !== '') throw new Error('a handle cannot be bound twice')
        this.#address = address
        bound.push(address)
        return errnoOf(bindErrors, address)
      }
      getsockname(): number {
        return errnoOf(nameErrors, this.#address)
      }
      listen(): never {
        throw new Error('connections to the port must be refused')
      }
      close(): void {
        open--
      }
    }
    Object.defineProperty(net, '_createServerHandle', { value: () => new Handle(), configurable: true, writable: true })
    vi.spyOn(dgram, 'createSocket').mockImplementation(() => {
      const handle = new Handle()
      return { [Symbol('state symbol')]: { handle }, close: () => handle.close() } as never
    })
    Object.defineProperty(process, 'platform', { value: system, configurable: true })
    vi.resetModules()
    const { isHostPortFree: isFree } = await import('../src/adoption/host-port-free.js')
    return isFree
  }

  it('binds only the wildcard address, except on Windows', async () => {
    expect((await load('linux', {}))(protocol, 5000)).toBe(true)
    expect([bound, open]).toEqual([['::'], 0])
  })

  it('also binds the loopback addresses on Windows', async () => {
    expect((await load('win32', {}))(protocol, 5000)).toBe(true)
    expect([bound, open]).toEqual([['::', '127.0.0.1', '::1'], 0])
  })

  it.each(['127.0.0.1', '::1'])('is false on Windows if only %s is in use', async (address) => {
    expect((await load('win32', { [address]: 'EADDRINUSE' }))(protocol, 5000)).toBe(false)
    expect(open).toBe(0)
  })

  it('needs only IPv4 on a machine without IPv6', async () => {
    const without = { '::': 'EADDRNOTAVAIL', '::1': 'EADDRNOTAVAIL' }
    expect((await load('win32', without))(protocol, 5000)).toBe(true)
    expect((await load('linux', { ...without, '0.0.0.0': 'EADDRINUSE' }))(protocol, 5000)).toBe(false)
    expect(open).toBe(0)
  })

  it('is false if the address turns out to be in use when the socket is used', async () => {
    expect((await load('linux', {}, { '::': 'EADDRINUSE' }))(protocol, 5000)).toBe(false)
    expect(open).toBe(0)
  })

  it('is false on Windows for a port that Windows refuses with EACCES', async () => {
    expect((await load('win32', { '::': 'EACCES' }))(protocol, 5000)).toBe(false)
    expect(open).toBe(0)
  })

  it.each([
    ['linux', 'EACCES', '::'],
    ['linux', 'ENOBUFS', '::'],
    ['win32', 'ENOBUFS', '127.0.0.1'],
  ] as const)('throws any other error (%s, %s, %s)', async (system, code, address) => {
    const isFree = await load(system, { [address]: code })
    expect(() => isFree(protocol, 5000)).toThrow(
      expect.objectContaining({
        message: `bind ${code} ${address}:5000`,
        code,
        errno: ERRNO[code],
        syscall: 'bind',
        address,
        port: 5000,
      }),
    )
    expect(open).toBe(0)
  })
})
