import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ForkedProcess } from '@winport/transport/conformance'
import type { WinsockLibraries } from '@winport/transport/native'
import { winportFolder } from './installed-versions.js'

/**
 * Starts a second process of the operating system. It makes its calls over its own transport of this backend.
 *
 * @param reuse as in ForkedProcessOptions
 */
export async function startSecondProcess(
  backend: string,
  libraries: WinsockLibraries | undefined,
  reuse = false,
): Promise<ForkedProcess> {
  const program = pathToFileURL(join(winportFolder(), 'dist/machine/second-process-program.js'))
  return await ForkedProcess.start(program, [backend, JSON.stringify(libraries ?? null)], { reuse })
}
