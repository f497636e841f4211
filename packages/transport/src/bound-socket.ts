/** A TCP socket of Linux that is bound and neither listens nor is connected. */
export interface BoundSocket {
  readonly address: string
  readonly port: number
  /** The user who opened it. */
  readonly uid: number
  /** Names the socket among the descriptors of processes, in `/proc/<pid>/fd`. */
  readonly inode: number
}
