import { INVALID_SOCKET, type SocketHandle } from './winsock-functions.js'

/** The backend's handle of a SOCKET. Pending calls share it and see when the socket is closed. */
export class OpenSocket {
  /** INVALID_SOCKET once the socket is closed or given away, because the system may reuse its number. */
  handle: SocketHandle

  constructor(handle: SocketHandle) {
    this.handle = handle
  }

  /** Returns the SOCKET and gives up ownership of it. */
  take(): SocketHandle {
    const { handle } = this
    this.handle = INVALID_SOCKET
    return handle
  }
}
