import { ok, strictEqual } from 'node:assert/strict'
import {
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import { WinsockError } from '../../winsock-error.js'
import { BOTH_MODES, type ConformanceTest } from '../conformance-test.js'
import { encodeRange, encodeToken } from '../encode-request.js'

/** The buffers of a control call. */
export const requestTests: readonly ConformanceTest[] = [
  {
    number: 2,
    source: 'documented',
    title: 'ACQUIRE fails with WSAEINVAL and returns 0 bytes if its output buffer is too small',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const socket = transport.openSocket({ protocol: 'tcp' })
      for (const output of [null, new Uint8Array(0), new Uint8Array(15)]) {
        const error = await t.fails('WSAEINVAL', () =>
          t.ioctl(socket, SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), output),
        )
        ok(error instanceof WinsockError)
        strictEqual(error.bytesReturned, 0)
      }
    },
  },

  {
    number: 2,
    source: 'documented',
    title: 'each code fails with WSAEINVAL if its input buffer is too small',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { anchor, startPort, token } = await t.serve(transport, 'tcp', 1)
      const socket = transport.openSocket({ protocol: 'tcp' })
      for (const [caller, code, input, output] of [
        [socket, SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), new Uint8Array(16)],
        [socket, SIO_ASSOCIATE_PORT_RESERVATION, encodeToken(token), null],
        [anchor, SIO_RELEASE_PORT_RESERVATION, encodeToken(token), null],
      ] as const) {
        // In memory the rest of the struct follows the buffer: a backend must not read it.
        for (const length of [0, input.length - 1]) {
          await t.fails('WSAEINVAL', () => t.ioctl(caller, code, input.subarray(0, length), output))
        }
      }
      await t.refuses('runtimePortRefused', () => socket.bind({ address: '127.0.0.1', port: startPort }))
      strictEqual((await t.bindFrom(transport, 'tcp', token)).port, startPort)
    },
  },

  {
    number: 2,
    source: 'documented',
    title: 'an input buffer may be larger than its struct',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const output = new Uint8Array(16)
      const anchor = transport.openSocket({ protocol: 'udp' })
      strictEqual(await t.ioctl(anchor, SIO_ACQUIRE_PORT_RESERVATION, longer(encodeRange(0, 2)), output), 16)
      const released = longer(output.subarray(8))
      await t.ioctl(anchor, SIO_RELEASE_PORT_RESERVATION, released, null)
      await t.refuses('endedToken', () => t.ioctl(anchor, SIO_RELEASE_PORT_RESERVATION, released, null))

      const { startPort, token } = await t.serve(transport, 'udp', 2)
      const socket = transport.openSocket({ protocol: 'udp' })
      await t.ioctl(socket, SIO_ASSOCIATE_PORT_RESERVATION, longer(encodeToken(token)), null)
      socket.bind({ address: '127.0.0.1', port: startPort })
    },
  },

  {
    number: 2,
    source: 'assumed',
    title: 'ASSOCIATE and RELEASE fail with WSAEINVAL if they get an output buffer',
    needs: ['runtime-reservations'],
    modes: BOTH_MODES,
    run: async (t) => {
      const transport = await t.openTransport()
      const { anchor, startPort, token } = await t.serve(transport, 'tcp', 1)
      const socket = transport.openSocket({ protocol: 'tcp' })
      for (const [caller, code] of [
        [socket, SIO_ASSOCIATE_PORT_RESERVATION],
        [anchor, SIO_RELEASE_PORT_RESERVATION],
      ] as const) {
        const output = new Uint8Array(16)
        await t.fails('WSAEINVAL', () => t.ioctl(caller, code, encodeToken(token), output))
        ok(output.every((byte) => byte === 0))
      }
      await t.refuses('runtimePortRefused', () => socket.bind({ address: '127.0.0.1', port: startPort }))
      strictEqual((await t.bindFrom(transport, 'tcp', token)).port, startPort)
    },
  },
]

function longer(input: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(input.length + 8).fill(0xff)
  bytes.set(input)
  return bytes
}
