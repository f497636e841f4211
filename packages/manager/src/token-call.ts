import { INET_PORT_RESERVATION_TOKEN } from '@winport/definitions'
import type { IoctlOptions, WinsockSocket } from '@winport/transport'

/** Buffers of calls that have ended, for later calls. */
const spareBuffers: Uint8Array[] = []

/** Makes a control call whose input is a token: ASSOCIATE or RELEASE. */
export async function callWithToken(
  socket: WinsockSocket,
  code: number,
  token: bigint,
  options?: IoctlOptions,
): Promise<void> {
  const input = spareBuffers.pop() ?? new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
  INET_PORT_RESERVATION_TOKEN.encode({ Token: token }, input)
  try {
    await socket.ioctlAsync(code, input, null, options)
  } finally {
    spareBuffers.push(input) // the call has settled: it no longer uses the buffer
  }
}
