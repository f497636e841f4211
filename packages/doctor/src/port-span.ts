/** Consecutive ports, both ends included. */
export interface PortSpan {
  readonly startPort: number
  readonly endPort: number
}

export function contains({ startPort, endPort }: PortSpan, port: number): boolean {
  return startPort <= port && port <= endPort
}

/** `8063-8162`, or `80` for a single port. */
export function spanText({ startPort, endPort }: PortSpan): string {
  return startPort === endPort ? String(startPort) : `${startPort}-${endPort}`
}
