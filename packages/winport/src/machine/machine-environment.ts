import { release } from 'node:os'
import { type RunProgram, runProgram } from '@winport/doctor/machine'
import { type BackendEnvironment, defaultEnvironment } from '../backends.js'

/** Everything that `winport info` and `winport probe` read from the machine. Tests replace it. */
export interface MachineEnvironment extends BackendEnvironment {
  /** The release of the operating system, such as `10.0.26100` on Windows. */
  readonly release: string
  readonly environment: NodeJS.ProcessEnv
  readonly run: RunProgram
}

export const thisMachine: MachineEnvironment = {
  ...defaultEnvironment,
  release: release(),
  environment: process.env,
  run: runProgram,
}
