import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { leasePorts, type TestPorts } from '@winport/windows'
import { simulatorPath } from '@winport/winsock-simulator'

const programs = fileURLToPath(new URL('programs/', import.meta.url))

/** The dynamic range of the simulator. The ports are real. */
export const RANGE: TestPorts = await leasePorts(1000)

export interface SimulatedCommand {
  readonly backend: string
  readonly command: 'acquire' | 'info' | 'persistent' | 'probe'
  /** The arguments of the command's function. */
  readonly passed?: readonly unknown[]
  /** Processes with the same pool share one simulated machine. */
  readonly pool: string
  /** See programs/command-on-simulator.js. */
  readonly env?: Readonly<Record<string, string>>
}

/** The arguments and environment of a `node` that runs a command on the simulator: see programs/command-on-simulator.js. */
export function simulatedCommand(
  { backend, command, passed = [], pool, env = {} }: SimulatedCommand,
  simulator: string,
  folder: string = pathToFileURL(programs).href,
): { args: readonly string[]; env: Record<string, string> } {
  const program = folder.startsWith('file:') ? fileURLToPath(folder) : folder
  return {
    args: [
      '--import',
      `${folder}elevate.js`,
      `${program}command-on-simulator.js`,
      backend,
      command,
      JSON.stringify(passed),
    ],
    env: {
      WINSOCK_SIMULATOR: simulator,
      WINSOCK_SIMULATOR_POOL: pool,
      RANGE: `${RANGE.startPort}+${RANGE.count}`,
      ...env,
    },
  }
}

/** Starts a command on the simulator, as a Linux program. */
export function startOnSimulator(command: SimulatedCommand): ChildProcess {
  const { args, env } = simulatedCommand(command, simulatorPath)
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
}
