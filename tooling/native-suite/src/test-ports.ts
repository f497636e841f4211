/**
 * Ports that no other test file uses: the simulator binds them for real. Not from 32768 to 60999, where Linux lets the
 * client connections of other suites linger.
 */
export interface TestPorts {
  readonly startPort: number
  readonly count: number
}
