/** A protocol whose ports can be reserved. Each has its own pool of ports. */
export type Protocol = 'tcp' | 'udp'

/** A block of consecutive ports of one protocol, in host order. */
export interface PortRange {
  readonly protocol: Protocol
  /** The first port, 0 to 65535. */
  readonly startPort: number
  /** The number of ports, 0 to 65535. The kernel decides whether a range is valid. */
  readonly count: number
}
