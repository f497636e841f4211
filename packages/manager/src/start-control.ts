import type { WinsockSocket } from '@winport/transport'

/** Makes a control call that does not block. Its result, or its error, comes without a promise if it is complete at once. */
export function startControl(
  socket: WinsockSocket,
  code: number,
  input: Uint8Array,
  output: Uint8Array | null,
  signal: AbortSignal | undefined,
): number | Promise<number> {
  const options = signal === undefined ? undefined : { signal }
  if (socket.startIoctl === undefined) return socket.ioctlAsync(code, input, output, options)
  return socket.startIoctl(code, input, output, options)
}
