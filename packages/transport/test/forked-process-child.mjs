// The program of a ForkedProcess: forked-process-child.mjs <what to do>. Its transport is a fake.

import { WinsockError } from '@winport/transport'
import { answerParent } from '@winport/transport/conformance'

const [what] = process.argv.slice(2)
if (what === 'fail') process.exit(7)

let closed = 0

/** @param {import('@winport/transport').SocketSpec} spec */
function openSocket({ protocol }) {
  return {
    /** @type {(code: number, input: unknown, output: Uint8Array | null) => Promise<number>} */
    ioctlAsync: async (_code, _input, output) => {
      if (what === 'die') process.exit(8)
      if (what === 'silent') return await new Promise(() => {})
      if (protocol === 'udp') throw new WinsockError(10_048, 'WSAIoctl')
      output?.set([0x13, 0x88, 2, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
      return 16
    },
    bind: () => {
      if (what !== 'count') throw new TypeError('a bug')
    },
    localAddress: () => ({ port: closed }),
    close: () => {
      if (what === 'unclosable') throw new TypeError('a bug')
      closed++
    },
    [Symbol.dispose]: () => {},
  }
}

/** @type {unknown} */
const transport = { openSocket, close: async () => {} }
answerParent(/** @type {import('@winport/transport').Transport} */ (transport))
