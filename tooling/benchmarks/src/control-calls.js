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
import { MockKernel } from '@winport/transport-mock'
import { createNapiTransport } from '@winport/transport-napi'
import { SIO_NOTHING, simulatorLibraries, simulatorPath, WinsockSimulator } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { floor } from './floor.js'
import { measureInTurn } from './measure-in-turn.js'
import { promise } from './promise.js'
import { atLeast, atMost } from './row.js'

const CALLS = 1000
const RANGE = { startPort: 61_000, count: 4000 }

/**
 * socket.ioctl over each backend, against the floor and against raw C: first of a call that does nothing, so that the
 * way there is all there is to see, then of ASSOCIATE, whose own work in the simulator is many times that.
 */
export async function measureControlCalls() {
  const simulator = new WinsockSimulator('bench-control-calls', RANGE)
  const napi = createNapiTransport({ libraries: simulatorLibraries })
  const viaKoffi = createKoffiTransport({ libraries: simulatorLibraries })
  const mock = new MockKernel().openTransport()
  try {
    return [...(await measureNothing(napi, viaKoffi)), ...(await measureAssociate(napi, viaKoffi, mock))]
  } finally {
    for (const transport of [napi, viaKoffi, mock]) await transport.close()
    simulator.destroy()
  }
}

async function measureNothing(napiTransport, koffiTransport) {
  const napi = napiTransport.openSocket({ protocol: 'tcp' })
  const koffi = koffiTransport.openSocket({ protocol: 'tcp' })
  const socket = floor.openSocket()
  const input = new Uint8Array(INET_PORT_RANGE.size)
  const room = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  const compare = async (what, output) => {
    const median = await measureInTurn(
      {
        rawC: () => floor.timeIoctls(socket, SIO_NOTHING, input, output, CALLS),
        floor: () => {
          for (let i = 0; i < CALLS; i++) floor.ioctl(socket, SIO_NOTHING, input, output)
        },
        napi: () => {
          for (let i = 0; i < CALLS; i++) napi.ioctl(SIO_NOTHING, input, output)
        },
        koffi: () => {
          for (let i = 0; i < CALLS; i++) koffi.ioctl(SIO_NOTHING, input, output)
        },
      },
      CALLS,
    )
    return [
      atMost(1.6, `napi: ${what}, against the floor`, median.napi, median.floor),
      atLeast(1.8, `napi: ${what}, against koffi`, median.napi, median.koffi),
      atMost(undefined, `koffi: ${what}, against the floor`, median.koffi, median.floor),
      atMost(undefined, `raw C: ${what}, against the floor`, median.rawC, median.floor),
    ]
  }
  const rows = [
    ...(await compare('ioctl that does nothing, bytes in and out', room)), // as ACQUIRE has them
    ...(await compare('ioctl that does nothing, bytes in', null)), // as ASSOCIATE and RELEASE have them
  ]
  floor.closeSocket(socket)
  return rows
}

async function measureAssociate(napiTransport, koffiTransport, mockTransport) {
  const napi = associateOver(napiTransport)
  const koffi = associateOver(koffiTransport)
  const mock = associateOver(mockTransport)
  const bare = bareKoffi()
  const socket = floor.openSocket()
  const { token } = napi // the token of the simulator serves both backends
  const median = await measureInTurn(
    {
      rawC: () => floor.timeIoctls(socket, SIO_ASSOCIATE_PORT_RESERVATION, token, null, CALLS),
      floor: () => {
        for (let i = 0; i < CALLS; i++) floor.ioctl(socket, SIO_ASSOCIATE_PORT_RESERVATION, token, null)
      },
      bareKoffi: () => {
        for (let i = 0; i < CALLS; i++) bare.associate(token)
      },
      mock: mock.ioctl,
      koffi: koffi.ioctl,
      koffiAsync: koffi.ioctlAsync,
      napi: napi.ioctl,
      napiAsync: napi.ioctlAsync,
      promise: async () => {
        for (let i = 0; i < CALLS; i++) await promise()
      },
    },
    CALLS,
  )
  floor.closeSocket(socket)
  bare.close()
  for (const { close } of [napi, koffi, mock]) close()
  const async = 'ASSOCIATE by ioctlAsync that completes at once, less a promise'
  return [
    atMost(1.3, 'koffi: ASSOCIATE by ioctl, against the bare call by koffi', median.koffi, median.bareKoffi),
    atMost(2, `koffi: ${async}, against the bare call by koffi`, median.koffiAsync - median.promise, median.bareKoffi),
    atMost(undefined, 'napi: ASSOCIATE by ioctl, against the floor', median.napi, median.floor),
    atMost(2, `napi: ${async}, against the floor`, median.napiAsync - median.promise, median.floor),
    atMost(undefined, 'raw C: ASSOCIATE, against the floor', median.rawC, median.floor),
    atMost(undefined, 'mock: ASSOCIATE by ioctl, against the floor', median.mock, median.floor),
  ]
}

/** Many calls of ASSOCIATE at a time, with the token of ports that are reserved until the end. */
function associateOver(transport) {
  const question = new Uint8Array(INET_PORT_RANGE.size)
  const answer = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  INET_PORT_RANGE.encode({ StartPort: 0, NumberOfPorts: 20 }, question)
  const anchor = transport.openSocket({ protocol: 'tcp' })
  anchor.ioctl(SIO_ACQUIRE_PORT_RESERVATION, question, answer)
  const token = answer.slice(INET_PORT_RESERVATION_INSTANCE.offsetOf.Token)
  const socket = transport.openSocket({ protocol: 'tcp' })
  return {
    token,
    ioctl: () => {
      for (let i = 0; i < CALLS; i++) socket.ioctl(SIO_ASSOCIATE_PORT_RESERVATION, token, null)
    },
    ioctlAsync: async () => {
      for (let i = 0; i < CALLS; i++) await socket.ioctlAsync(SIO_ASSOCIATE_PORT_RESERVATION, token, null)
    },
    close: () => {
      socket.close()
      anchor.close()
    },
  }
}

/** WSAIoctl as koffi offers it, with prepared buffers, on a socket of its own. */
function bareKoffi() {
  const library = koffi.load(simulatorPath)
  const open = library.func('intptr_t WSASocketW(int family, int type, int protocol, void *info, uint32_t, uint32_t)')
  const closesocket = library.func('int closesocket(intptr_t socket)')
  const ioctl = library.func(
    'int WSAIoctl(intptr_t, uint32_t, void *in, uint32_t, void *out, uint32_t, void *bytes, void *overlapped, void *)',
  )
  const handle = open(AF_INET, SOCK_STREAM, IPPROTO_TCP, null, 0, WSA_FLAG_OVERLAPPED)
  const bytes = new Uint32Array(1)
  return {
    associate: (token) => {
      const failed = ioctl(handle, SIO_ASSOCIATE_PORT_RESERVATION, token, token.length, null, 0, bytes, null, null)
      if (failed !== 0) throw new Error('the bare call failed')
    },
    close: () => closesocket(handle),
  }
}
