import { ForkedProcess } from '@winport/transport/conformance'
import type { WinsockLibraries } from '@winport/transport/native'

/** Starts a second process of the operating system. It makes its calls over its own transport of this backend. */
export async function startSecondProcess(
  backend: string,
  libraries: WinsockLibraries | undefined,
): Promise<ForkedProcess> {
  const program = new URL('./second-process-program.js', import.meta.url)
  return await ForkedProcess.start(program, [backend, JSON.stringify(libraries ?? null)])
}
