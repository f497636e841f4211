import { INET_PORT_RESERVATION_TOKEN } from '@winport/definitions'
import type { IoctlOptions, WinsockSocket } from '@winport/transport'
import { type Routine, step } from './routine.js'

/** Buffers of calls that have ended, for later calls. */
const spareBuffers: Uint8Array[] = []
const MOST_SPARE_BUFFERS = 64

/** Makes a control call whose input is a token: ASSOCIATE or RELEASE. */
export async function callWithToken(
  socket: WinsockSocket,
  code: number,
  token: bigint,
  options?: IoctlOptions,
): Promise<void> {
  const input = encode(token)
  try {
    await socket.ioctlAsync(code, input, null, options)
  } finally {
    spare(input) // the call has settled: it no longer uses the buffer
  }
}

/** As {@link callWithToken}, as a step of a routine. The options count only where it does not block. */
export function tokenCall(socket: WinsockSocket, code: number, token: bigint, options?: IoctlOptions): Routine<void> {
  return step(
    () => {
      const input = encode(token)
      try {
        socket.ioctl(code, input, null)
      } finally {
        spare(input)
      }
    },
    () => callWithToken(socket, code, token, options),
  )
}

function encode(token: bigint): Uint8Array {
  const input = spareBuffers.pop() ?? new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
  INET_PORT_RESERVATION_TOKEN.encode({ Token: token }, input)
  return input
}

function spare(buffer: Uint8Array): void {
  if (spareBuffers.length < MOST_SPARE_BUFFERS) spareBuffers.push(buffer)
}
