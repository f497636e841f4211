import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { simulatorPath } from '@winport/winsock-simulator'

const programs = fileURLToPath(new URL('programs/', import.meta.url))

/** Where the simulated ports are: real ones, which no other suite binds and no system gives out by itself. */
export const RANGE = { startPort: 12_000, count: 1900 }

export interface SimulatedCommand {
  readonly backend: string
  readonly command: 'acquire' | 'info' | 'persistent' | 'probe'
  /** What the command's function takes. */
  readonly passed?: readonly unknown[]
  /** Processes of one pool share one machine. */
  readonly pool: string
  /** See programs/command-on-simulator.js. */
  readonly env?: Readonly<Record<string, string>>
}

/** What `node` takes to run a command on the simulator: see programs/command-on-simulator.js. */
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

/** Starts a command on the simulator, here on Linux. */
export function startOnSimulator(command: SimulatedCommand): ChildProcess {
  const { args, env } = simulatedCommand(command, simulatorPath)
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
}
