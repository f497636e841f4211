import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** How a program is started: as which user, and on which network. */
export interface Setting {
  readonly name: string
  readonly command: readonly string[]
}

const isRoot = process.getuid?.() === 0

export const AS_STARTED: Setting = { name: isRoot ? 'as root' : 'as this user', command: [] }

/** As nobody where the tests run as root; else they run as such a user anyway. */
export const UNPRIVILEGED: Setting = {
  name: 'as an unprivileged user',
  command: isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [],
}

/** In a network namespace of its own, where these files below /proc/sys/net have other contents. */
export function onNetwork(name: string, settings: Readonly<Record<string, string>>): Setting {
  const writes = Object.entries(settings).map(([file, value]) => `echo '${value}' > /proc/sys/net/${file} && `)
  const script = `${writes.join('')}exec "$@"`
  const command = ['unshare', '--map-root-user', '--net', built('linux', 'loopback-up'), 'sh', '-c', script, 'sh']
  return { name, command }
}

/** Runs a program of the tests and resolves to what it prints. Rejects if it does not end with 0. */
export async function runProgram(
  name: string,
  passed: readonly string[] = [],
  { command }: Setting = AS_STARTED,
  env: NodeJS.ProcessEnv = process.env,
  node: string = process.execPath,
): Promise<string> {
  const script = fileURLToPath(new URL(`programs/${name}`, import.meta.url))
  return await run([...command, node, script, ...passed], env)
}

/** A file of the builds for the tests. */
export function built(preset: 'linux' | 'sanitized', file: string): string {
  return fileURLToPath(new URL(`../build/${preset}/${file}`, import.meta.url))
}

export async function run([file = '', ...passed]: readonly string[], env = process.env): Promise<string> {
  const { stdout } = await promisify(execFile)(file, passed, { env, maxBuffer: 1 << 26 })
  return stdout
}
