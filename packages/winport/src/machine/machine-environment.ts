import { execFile } from 'node:child_process'
import { release } from 'node:os'
import { type BackendEnvironment, defaultEnvironment } from '../backends.js'

/** Everything that `winport info` and `winport probe` read from the machine. Tests replace it. */
export interface MachineEnvironment extends BackendEnvironment {
  /** The release of the operating system, such as `10.0.26100` on Windows. */
  readonly release: string
  readonly environment: NodeJS.ProcessEnv
  /** Runs a program without a shell and resolves to its stdout. Rejects if it cannot be started, fails or times out. */
  readonly run: (program: string, args: readonly string[]) => Promise<string>
}

const TIMEOUT_MS = 10_000

export const thisMachine: MachineEnvironment = {
  ...defaultEnvironment,
  release: release(),
  environment: process.env,
  run: (program, args) =>
    new Promise((resolve, reject) => {
      execFile(program, args, { timeout: TIMEOUT_MS, windowsHide: true }, (error, stdout) => {
        if (error === null) resolve(stdout)
        else reject(error)
      })
    }),
}
