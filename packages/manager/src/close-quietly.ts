import type { WinsockSocket } from '@winport/transport'

/** Closes a socket after a failure that is reported already. */
export function closeQuietly(socket: WinsockSocket): void {
  try {
    socket.close()
  } catch {
    // close() promises that the socket is closed even if it throws.
  }
}
