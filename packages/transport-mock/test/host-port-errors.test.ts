import dgram from 'node:dgram'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MockKernel } from '../src/index.js'
import { acquire } from './reservation-calls.js'

const EMFILE = process.platform === 'win32' ? -4066 : -24

/** A handle of Node on which every bind fails. */
class FailingHandle {
  open(): number {
    return 0
  }
  bind(): number {
    return EMFILE
  }
  bind6(): number {
    return EMFILE
  }
  close(): void {}
}

/** Replaces the handles that Node gives access to. */
function replaceHandles(open: () => unknown): void {
  Object.defineProperty(net, '_createServerHandle', { value: open, configurable: true, writable: true })
  Object.defineProperty(process, 'binding', { value: undefined, configurable: true, writable: true })
  vi.spyOn(dgram, 'createSocket').mockImplementation(
    () => ({ [Symbol('state symbol')]: { handle: open() }, close: () => {} }) as never,
  )
}

describe.each(['tcp', 'udp'] as const)('a kernel that avoids host ports, for %s', (protocol) => {
  const originals = [
    [net, '_createServerHandle', Object.getOwnPropertyDescriptor(net, '_createServerHandle')],
    [process, 'binding', Object.getOwnPropertyDescriptor(process, 'binding')],
  ] as const
  let kernel: MockKernel

  beforeEach(() => {
    kernel = new MockKernel({ avoidHostPorts: true })
  })

  afterEach(() => {
    vi.restoreAllMocks()
    for (const [owner, name, original] of originals) {
      if (original !== undefined) Object.defineProperty(owner, name, original)
    }
  })

  // The order matters: handle classes that were found once are kept.
  it('treats every port as unused where the runtime gives no access to its handles', () => {
    replaceHandles(() => undefined)
    const socket = kernel.openTransport().openSocket({ protocol })
    expect(acquire(socket, 5000, 4)).toMatchObject({ startPort: 5000, count: 4 })
    expect(acquire(socket, 0, 4).count).toBe(4)
  })

  it('reports an error that does not mean that the port is in use, and reserves nothing', () => {
    replaceHandles(() => new FailingHandle())
    const socket = kernel.openTransport().openSocket({ protocol })
    for (const startPort of [5000, 0]) {
      expect(() => acquire(socket, startPort, 4)).toThrow(
        expect.objectContaining({ code: 'EMFILE', errno: EMFILE, syscall: 'bind' }),
      )
    }
    expect(kernel.inspect().reservations).toEqual([])
  })
})
