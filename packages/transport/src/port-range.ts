/** The two protocols whose ports Windows reserves, each from a pool of its own. */
export type Protocol = 'tcp' | 'udp'

/** A block of consecutive ports of one protocol, in host order. */
export interface PortRange {
  readonly protocol: Protocol
  /** First port, 0 to 65535. */
  readonly startPort: number
  /** Number of ports, 0 to 65535. Whether a range makes sense is for the kernel to say. */
  readonly count: number
}
