import { ok, strictEqual } from 'node:assert/strict'
import {
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import { WinsockError } from '../../winsock-error.js'
import { encodeRange, encodeToken } from '../conformance-context.js'
import { type ConformanceTest, reservationTest } from '../conformance-test.js'

/** Behaviours of the buffers that a control call is given. */
export const requestTests: readonly ConformanceTest[] = [
  reservationTest(2, 'documented', 'an output buffer that is too small: WSAEINVAL, and 0 bytes returned', async (t) => {
    const transport = await t.openTransport()
    const socket = transport.openSocket({ protocol: 'tcp' })
    for (const output of [null, new Uint8Array(0), new Uint8Array(15)]) {
      const error = await t.fails('WSAEINVAL', () =>
        t.ioctl(socket, SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), output),
      )
      ok(error instanceof WinsockError)
      strictEqual(error.bytesReturned, 0)
    }
  }),

  reservationTest(2, 'documented', 'an input buffer that is too small: WSAEINVAL, of each of the codes', async (t) => {
    const transport = await t.openTransport()
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const { startPort, token } = await t.acquire(anchor, 0, 1)
    for (const [code, input, output] of [
      [SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), new Uint8Array(16)],
      [SIO_ASSOCIATE_PORT_RESERVATION, encodeToken(token), null],
      [SIO_RELEASE_PORT_RESERVATION, encodeToken(token), null],
    ] as const) {
      // What is missing stands in memory behind the buffer.
      for (const length of [0, input.length - 1]) {
        await t.fails('WSAEINVAL', () => t.ioctl(anchor, code, input.subarray(0, length), output))
      }
    }
    await t.fails('WSAEACCES', () => anchor.bind({ address: '127.0.0.1', port: startPort }))
    strictEqual((await t.bindFrom(transport, 'tcp', token)).port, startPort)
  }),

  reservationTest(2, 'documented', 'an input buffer may be larger than its struct', async (t) => {
    const transport = await t.openTransport()
    const anchor = transport.openSocket({ protocol: 'udp' })
    const output = new Uint8Array(16)
    strictEqual(await t.ioctl(anchor, SIO_ACQUIRE_PORT_RESERVATION, longer(encodeRange(0, 2)), output), 16)
    const { startPort, token } = await t.acquire(anchor, 0, 2)
    await t.ioctl(anchor, SIO_ASSOCIATE_PORT_RESERVATION, longer(encodeToken(token)), null)
    anchor.bind({ address: '127.0.0.1', port: startPort })
    await t.ioctl(anchor, SIO_RELEASE_PORT_RESERVATION, longer(encodeToken(token)), null)
    await t.fails('WSAEINVAL', () => t.release(anchor, token))
  }),

  reservationTest(2, 'assumed', 'ASSOCIATE or RELEASE with an output buffer: WSAEINVAL', async (t) => {
    const transport = await t.openTransport()
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const { startPort, token } = await t.acquire(anchor, 0, 1)
    for (const code of [SIO_ASSOCIATE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION]) {
      const output = new Uint8Array(16)
      await t.fails('WSAEINVAL', () => t.ioctl(anchor, code, encodeToken(token), output))
      ok(output.every((byte) => byte === 0))
    }
    await t.fails('WSAEACCES', () => anchor.bind({ address: '127.0.0.1', port: startPort }))
    strictEqual((await t.bindFrom(transport, 'tcp', token)).port, startPort)
  }),
]

function longer(input: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(input.length + 8).fill(0xff)
  bytes.set(input)
  return bytes
}
