import type { Protocol } from './port-range.js'
import type { AddressFamily, SocketAddress } from './winsock-socket.js'

/** A socket of any process, as the system lists it. What the system does not tell is null. */
export interface SocketTableEntry {
  readonly family: AddressFamily
  /** The local address. A link-local address has a zone: `fe80::1%3`. */
  readonly address: string
  readonly port: number
  /** The other end of a connection; null if the socket is not connected, and for every UDP socket. */
  readonly remote: SocketAddress | null
  /**
   * The state of a TCP socket, such as `LISTEN`, `ESTABLISHED` or `TIME_WAIT`. `BOUND` for a TCP socket that is bound and
   * neither listens nor is connected, and for every UDP socket.
   */
  readonly state: string
  /** The process that has the socket. Null if no process has it any more. */
  readonly pid: number | null
  /** When the socket was bound. */
  readonly since: Date | null
}

/** A process that has sockets. What the system does not tell, or may not tell this user, is null. */
export interface SocketProcess {
  /** The path of the program, or its name if the path may not be read. */
  readonly image: string | null
  /** When the process was started. */
  readonly started: Date | null
}

/** The sockets of all processes of a machine. */
export interface SocketTable {
  /**
   * Reads the sockets that have a port. A TCP socket that is only bound is listed where the system lists such sockets.
   * Needs no elevation. Rejects with an {@link IpHelperError}; `ERROR_PROC_NOT_FOUND` where the system has no such table.
   *
   * @param port leaves out every other local port
   */
  read(protocol: Protocol, port?: number): Promise<readonly SocketTableEntry[]>

  /** Reads about a process. Never rejects. */
  readProcess(pid: number): Promise<SocketProcess>

  /**
   * Reads the user of a process, such as `NT AUTHORITY\SYSTEM`. Rejects with an {@link IpHelperError}:
   * `ERROR_ACCESS_DENIED` if this user may not know it, `ERROR_INVALID_PARAMETER` if there is no such process,
   * `ERROR_PROC_NOT_FOUND` where the system does not say it.
   */
  readUser(pid: number): Promise<string>

  /**
   * Reads the names of the services that run, such as `iphlpsvc`, by their process IDs. Several can run in one process.
   * Rejects with an {@link IpHelperError}; `ERROR_PROC_NOT_FOUND` where the system has no list of them.
   */
  readServices(): Promise<ReadonlyMap<number, readonly string[]>>
}
