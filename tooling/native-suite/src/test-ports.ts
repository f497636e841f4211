/** Ports that no other test file uses: the simulator binds them for real. */
export interface TestPorts {
  readonly startPort: number
  readonly count: number
}
