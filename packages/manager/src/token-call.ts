import { INET_PORT_RESERVATION_TOKEN } from '@winport/definitions'
import type { WinsockSocket } from '@winport/transport'
import { type Routine, step } from './routine.js'
import { startControl } from './start-control.js'

/** Buffers of calls that have ended, for later calls. */
const spareBuffers: Uint8Array[] = []
const MOST_SPARE_BUFFERS = 64

/**
 * Makes a control call whose input is a token: ASSOCIATE or RELEASE.
 *
 * @returns undefined if it is complete at once; else a promise
 * @throws what the call fails with at once
 */
export function callWithToken(
  socket: WinsockSocket,
  code: number,
  token: bigint,
  signal?: AbortSignal,
): Promise<void> | undefined {
  const input = encode(token)
  let started: number | Promise<number>
  try {
    started = startControl(socket, code, input, null, signal)
  } catch (error) {
    spare(input)
    throw error
  }
  if (typeof started !== 'number') return completion(started, input)
  spare(input)
  return undefined
}

/** As {@link callWithToken}, as a step of a routine. */
export function tokenCall(socket: WinsockSocket, code: number, token: bigint): Routine<void> {
  return step(
    () => callNowWithToken(socket, code, token),
    () => callWithToken(socket, code, token),
  )
}

/** As {@link callWithToken}, with a call that blocks the thread. */
export function callNowWithToken(socket: WinsockSocket, code: number, token: bigint): void {
  const input = encode(token)
  try {
    socket.ioctl(code, input, null)
  } finally {
    spare(input)
  }
}

async function completion(call: Promise<number>, input: Uint8Array): Promise<void> {
  try {
    await call
  } finally {
    spare(input) // the call has settled: it no longer uses the buffer
  }
}

function encode(token: bigint): Uint8Array {
  const input = spareBuffers.pop() ?? new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
  INET_PORT_RESERVATION_TOKEN.encode({ Token: token }, input)
  return input
}

function spare(buffer: Uint8Array): void {
  if (spareBuffers.length < MOST_SPARE_BUFFERS) spareBuffers.push(buffer)
}
