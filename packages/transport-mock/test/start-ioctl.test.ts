import { INET_PORT_RESERVATION_INSTANCE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import { describe, expect, it } from 'vitest'
import { MockKernel } from '../src/index.js'
import { rangeBytes } from './reservation-calls.js'

describe('startIoctl', () => {
  const start = (kernel: MockKernel) => {
    const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
    const socket = kernel.openTransport().openSocket({ protocol: 'tcp' })
    return socket.startIoctl?.(SIO_ACQUIRE_PORT_RESERVATION, rangeBytes(5000, 2), output)
  }

  it('returns the result of a call that is complete at once', () => {
    expect(start(new MockKernel())).toBe(INET_PORT_RESERVATION_INSTANCE.size)
  })

  it('throws the error of a call that is complete at once', () => {
    const kernel = new MockKernel()
    start(kernel)
    expect(() => start(kernel)).toThrow(expect.objectContaining({ code: 'WSAEADDRINUSE' }))
  })

  it('returns a promise of a call that is pending', async () => {
    const kernel = new MockKernel()
    const held = kernel.faults.hold('SIO_ACQUIRE_PORT_RESERVATION')
    const pending = start(kernel)
    expect(pending).toBeInstanceOf(Promise)
    held.complete()
    expect(await pending).toBe(INET_PORT_RESERVATION_INSTANCE.size)
  })
})
