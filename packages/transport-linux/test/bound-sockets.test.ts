import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { release } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { createLinuxTransport, readBoundSockets } from '../src/index.js'
import * as addons from '../src/load-addon.js'
import { prebuiltAddon } from '../src/prebuilt-addon.js'

const [major = 0, minor = 0] = release().split('.').map(Number)
/** Before 6.8, Linux lists no such socket. */
const isListed = major > 6 || (major === 6 && minor >= 8)

/** An addon whose call returns these results, one after the other. */
function answering(...results: readonly number[]) {
  const sizes: number[] = []
  const boundSockets = (_isIPv6: 0 | 1, rows: Uint8Array) => {
    sizes.push(rows.length)
    return results[sizes.length - 1] ?? 0
  }
  vi.spyOn(addons, 'loadAddon').mockReturnValueOnce({ boundSockets } as ReturnType<typeof addons.loadAddon>)
  return sizes
}

describe('readBoundSockets', () => {
  it('lists a socket from its bind to its listen', async () => {
    await using transport = createLinuxTransport()
    const [ipv4, ipv6] = (['ipv4', 'ipv6'] as const).map((family) => transport.openSocket({ protocol: 'tcp', family }))
    ipv4?.bind({ address: '127.0.0.1', port: 0 })
    ipv6?.bind({ address: '::1', port: 0 })
    const listed = (port: number | undefined, at: string) =>
      readBoundSockets().filter(({ address, port: found }) => found === port && address === at)
    const uid = process.getuid?.()
    for (const [socket, address] of [
      [ipv4, '127.0.0.1'],
      [ipv6, '::1'],
    ] as const) {
      const expected = isListed ? [expect.objectContaining({ address, uid, inode: expect.any(Number) })] : []
      expect(listed(socket?.localAddress().port, address)).toEqual(expected)
    }
    const server = createServer()
    const port = ipv4?.localAddress().port
    await ipv4?.listen(server)
    expect(listed(port, '127.0.0.1')).toEqual([])
    server.close()
  })

  it('names the socket as the descriptors of its process do', async () => {
    await using transport = createLinuxTransport()
    const socket = transport.openSocket({ protocol: 'tcp' })
    socket.bind({ address: '127.0.0.1', port: 0 })
    const { port } = socket.localAddress()
    const inode = readBoundSockets().find((bound) => bound.port === port && bound.address === '127.0.0.1')?.inode
    const own = Array.from(
      { length: 256 },
      (_, descriptor) => statSync(`/proc/self/fd/${descriptor}`, { throwIfNoEntry: false })?.ino,
    )
    if (isListed) expect(own).toContain(inode)
    else expect(inode).toBeUndefined()
  })

  it('uses the addon that is named', () => {
    const addon = fileURLToPath(prebuiltAddon())
    expect(readBoundSockets({ addon })).toBeInstanceOf(Array)
    expect(() => readBoundSockets({ addon: '/no/addon.node' })).toThrow('/no/addon.node does not exist')
  })

  it('asks again with more room when the rows do not fit', () => {
    const sizes = answering(72 * 1000, 0, 0)
    expect(readBoundSockets()).toEqual([])
    expect(sizes).toEqual([72 * 256, 72 * 2000, 72 * 256])
  })

  it('throws the error of a system that refuses to answer', () => {
    answering(-1)
    expect(readBoundSockets).toThrow(expect.objectContaining({ code: 'EPERM', errno: -1, syscall: 'sock_diag' }))
  })
})
