/** Consecutive ports, the same for TCP and UDP. */
export interface TestPorts {
  readonly startPort: number
  readonly count: number
}

/**
 * The ports that `leasePorts` gives out. They leave out what systems give out themselves (client connections on Linux from
 * 32768 on, on Windows and in a mock from 49152 on), and the fixed ports below.
 */
export const LEASABLE_PORTS: readonly TestPorts[] = [
  { startPort: 3_000, count: 1_700 },
  { startPort: 4_800, count: 5_200 },
  { startPort: 11_000, count: 9_000 },
  { startPort: 25_200, count: 6_600 },
]

type FixedUse = 'commandLine' | 'demo' | 'leases' | 'simulatorPrograms' | 'dynamicRange' | 'lastPorts'

/** The ports of tests whose programs choose them themselves: see `leaseFixedPorts`. */
export const FIXED_PORTS: Readonly<Record<FixedUse, TestPorts>> = {
  /** Written in the tests of winport's command line. */
  commandLine: { startPort: 4_700, count: 100 },
  /** The first ports that `winport demo` tries on the mock. */
  demo: { startPort: 10_000, count: 1_000 },
  /** For the tests of leases. */
  leases: { startPort: 31_800, count: 100 },
  /** Written in the simulator's C++ tests. */
  simulatorPrograms: { startPort: 20_000, count: 5_200 },
  /** The start of Windows' dynamic range: what a simulator with default options takes first. */
  dynamicRange: { startPort: 49_152, count: 1_000 },
  /** For tests of what happens at port 65535. */
  lastPorts: { startPort: 65_500, count: 36 },
}
