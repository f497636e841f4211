import type { WinsockSocket } from '@winport/transport'
import { withoutStackTraces } from './without-stack-traces.js'

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

/** As {@link startControl}, for a call whose errors nobody reads: they get no stack trace. */
export function startControlUntraced(...call: Parameters<typeof startControl>): number | Promise<number> {
  return withoutStackTraces(() => startControl(...call))
}
