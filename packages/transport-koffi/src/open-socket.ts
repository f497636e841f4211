import { INVALID_SOCKET, type SocketHandle } from './winsock-functions.js'

/** How the backend names a SOCKET, and whatever is pending on it learns that it is gone. */
export class OpenSocket {
  /** INVALID_SOCKET once it is closed or somebody else's: the same number may be another one then. */
  handle: SocketHandle

  constructor(handle: SocketHandle) {
    this.handle = handle
  }

  /** The SOCKET, which is not this one's any more. */
  take(): SocketHandle {
    const { handle } = this
    this.handle = INVALID_SOCKET
    return handle
  }
}
