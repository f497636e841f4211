import {
  AF_INET,
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  IPPROTO_TCP,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SOCK_STREAM,
  WSA_FLAG_OVERLAPPED,
} from '@winport/definitions'
import { createKoffiTransport } from '@winport/transport-koffi'
import { simulatorLibraries, simulatorPath, WinsockSimulator } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { microseconds } from './duration.js'
import { measureInTurn } from './measure-in-turn.js'

const CALLS = 500
const RANGE = { startPort: 61_000, count: 4000 }

/** The koffi backend's calls against the same function called through koffi with prepared buffers. */
export async function measureKoffi() {
  const simulator = new WinsockSimulator('bench-koffi', RANGE)
  const transport = createKoffiTransport({ libraries: simulatorLibraries })
  try {
    const anchor = transport.openSocket({ protocol: 'tcp' })
    const question = new Uint8Array(INET_PORT_RANGE.size)
    const answer = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
    INET_PORT_RANGE.encode({ StartPort: 0, NumberOfPorts: 20 }, question)
    anchor.ioctl(SIO_ACQUIRE_PORT_RESERVATION, question, answer)
    const token = answer.slice(INET_PORT_RESERVATION_INSTANCE.offsetOf.Token)

    const { bare, close } = bareAssociate(token)
    const socket = transport.openSocket({ protocol: 'tcp' })
    const median = await measureInTurn(
      {
        bare,
        ioctl: () => {
          for (let i = 0; i < CALLS; i++) socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, token, null)
        },
        ioctlAsync: async () => {
          for (let i = 0; i < CALLS; i++) await socket.ioctlAsync(SIO_ASSOCIATE_PORT_RESERVATION, token, null)
        },
        promise: async () => {
          for (let i = 0; i < CALLS; i++) await nothing()
        },
      },
      CALLS,
    )
    close()
    return [
      {
        name: 'koffi: socket.ioctl, against the bare call',
        figure: median.ioctl / median.bare,
        unit: 'x',
        target: '<= 1.3x',
        met: median.ioctl / median.bare <= 1.3,
        detail: `${microseconds(median.ioctl)} against ${microseconds(median.bare)}`,
      },
      {
        name: 'koffi: ioctlAsync that completes at once, less one promise, against the bare call',
        figure: (median.ioctlAsync - median.promise) / median.bare,
        unit: 'x',
        target: '<= 2x',
        met: (median.ioctlAsync - median.promise) / median.bare <= 2,
        detail: `${microseconds(median.ioctlAsync)}, a promise ${microseconds(median.promise)}`,
      },
    ]
  } finally {
    await transport.close()
    simulator.destroy()
  }
}

async function nothing() {
  return 0
}

/** WSAIoctl as koffi offers it, on a socket of its own. */
function bareAssociate(token) {
  const library = koffi.load(simulatorPath)
  const open = library.func('intptr_t WSASocketW(int family, int type, int protocol, void *info, uint32_t, uint32_t)')
  const closesocket = library.func('int closesocket(intptr_t socket)')
  const ioctl = library.func(
    'int WSAIoctl(intptr_t, uint32_t, void *in, uint32_t, void *out, uint32_t, void *bytes, void *overlapped, void *)',
  )
  const handle = open(AF_INET, SOCK_STREAM, IPPROTO_TCP, null, 0, WSA_FLAG_OVERLAPPED)
  const bytes = new Uint32Array(1)
  const bare = () => {
    for (let i = 0; i < CALLS; i++) {
      const failed = ioctl(handle, SIO_ASSOCIATE_PORT_RESERVATION, token, token.length, null, 0, bytes, null, null)
      if (failed !== 0) throw new Error('the bare call failed')
    }
  }
  return { bare, close: () => closesocket(handle) }
}
