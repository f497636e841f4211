import type { WinsockSocket } from '@winport/transport'

/** Closes a socket on the way out of a failure, which is the one to report. */
export function closeQuietly(socket: WinsockSocket): void {
  try {
    socket.close()
  } catch {
    // It is given up all the same: close() promises that.
  }
}
