import {
  _WSAIOW,
  controlCodeName,
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_TOKEN,
  IOC_VENDOR,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
  WSAEFAULT,
  WSAEINVAL,
} from '@winport/definitions'
import { WinsockError } from '@winport/transport'
import { type Bytes, faultyCalls } from '../faulty-transport.js'
import type { FaultCase } from './fault-case.js'

const TOO_SMALL = 'each code fails with WSAEINVAL if its input buffer is too small'
const OUTPUT_TOO_SMALL = 'ACQUIRE fails with WSAEINVAL and returns 0 bytes if its output buffer is too small'
const NO_OUTPUT = 'ASSOCIATE and RELEASE fail with WSAEINVAL if they get an output buffer'
const UNKNOWN_CODE = 'an unknown control code fails with WSAEOPNOTSUPP or WSAEINVAL'
const MAY_BE_LARGER = 'an input buffer may be larger than its struct'
const UNKNOWN = _WSAIOW(IOC_VENDOR, 0xffff)
const CODES = [SIO_ACQUIRE_PORT_RESERVATION, SIO_ASSOCIATE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION]
const TOKEN_CODES = [SIO_ASSOCIATE_PORT_RESERVATION, SIO_RELEASE_PORT_RESERVATION]

export const requestFaults: readonly FaultCase[] = [
  [
    'ACQUIRE accepts an output buffer that is too small',
    [OUTPUT_TOO_SMALL],
    faultyCalls(SIO_ACQUIRE_PORT_RESERVATION, { request: ({ input }) => ({ input, output: new Uint8Array(16) }) }),
  ],
  ...CODES.map(
    (code): FaultCase => [
      `${controlCodeName(code)} reads its struct past the end of the buffer`,
      [TOO_SMALL],
      faultyCalls(code, { request: ({ input, output }) => ({ input: whole(input, code), output }) }),
    ],
  ),
  ...CODES.map(
    (code): FaultCase => [
      `${controlCodeName(code)} accepts only a buffer of the size of its struct`,
      [MAY_BE_LARGER],
      faultyCalls(code, {
        request: ({ input, output }) => {
          if ((input?.length ?? 0) > sizeOf(code))
            throw new WinsockError(WSAEINVAL, `WSAIoctl(${controlCodeName(code)})`)
          return { input, output }
        },
      }),
    ],
  ),
  ...TOKEN_CODES.map(
    (code): FaultCase => [
      `${controlCodeName(code)} accepts an output buffer`,
      [NO_OUTPUT],
      faultyCalls(code, { request: ({ input }) => ({ input, output: null }) }),
    ],
  ),
  ['an unknown control code succeeds', [UNKNOWN_CODE], faultyCalls(UNKNOWN, { failure: () => 0 })],
  [
    'an unknown control code fails with the error of a bad pointer',
    [UNKNOWN_CODE],
    faultyCalls(UNKNOWN, {
      failure: () => {
        throw new WinsockError(WSAEFAULT, 'WSAIoctl(0x9800FFFF)')
      },
    }),
  ],
]

function sizeOf(code: number): number {
  return code === SIO_ACQUIRE_PORT_RESERVATION ? INET_PORT_RANGE.size : INET_PORT_RESERVATION_TOKEN.size
}

/** A struct that starts with the buffer, even where the buffer is shorter. */
function whole(input: Bytes, code: number): Bytes {
  return input && new Uint8Array(input.buffer, input.byteOffset, sizeOf(code))
}
