import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { NodeVersion } from '@winport/windows'

const CHILD = fileURLToPath(new URL('adoption-child.mjs', import.meta.url))

export type BoundProtocol = 'tcp' | 'udp'

interface BoundHandle {
  readonly fd: number
  bind(address: string, port: number, flags: number): number
  getsockname(address: { port?: number }): number
  close(): void
}

export interface AdoptionRun {
  /** The ports that the descriptors are bound to, in order. */
  readonly ports: readonly number[]
  /** What the scenario saw. */
  readonly seen: unknown
}

/**
 * Runs a scenario of adoption-child.mjs with bound descriptors that belong to nobody in the child: the first is 3.
 *
 * @param bound what to bind to 127.0.0.1; `'same'` is TCP on the port before it
 */
export async function runAdoption(
  node: NodeVersion,
  scenario: string,
  bound: readonly (BoundProtocol | 'same')[],
  execArgv: readonly string[] = [],
): Promise<AdoptionRun> {
  const handles: BoundHandle[] = []
  const ports: number[] = []
  for (const protocol of bound) {
    const handle = makeHandle(protocol === 'udp' ? 'udp' : 'tcp')
    handles.push(handle)
    ports.push(bindHandle(handle, protocol === 'same' ? (ports.at(-1) ?? 0) : 0))
  }
  const child = spawn(node.path, [...execArgv, CHILD, scenario], {
    stdio: ['ignore', 'pipe', 'pipe', ...handles.map(({ fd }) => fd)],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  for (const handle of handles) handle.close() // the child's are the only ones from now on
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('the child has no output')
  const [output, errors] = await Promise.all([text(stdout), text(stderr), once(child, 'close')])
  if (child.exitCode !== 0 || output === '') throw new Error(`exit code ${child.exitCode}: ${errors}`)
  const { version, seen } = JSON.parse(output)
  if (version !== node.version) throw new Error(`it ran on Node.js ${version}, not on ${node.version}`)
  return { ports, seen }
}

function makeHandle(protocol: BoundProtocol): BoundHandle {
  const load: unknown = Reflect.get(process, 'binding')
  if (typeof load !== 'function') throw new Error('process.binding is missing')
  const wrap = load.call(process, `${protocol}_wrap`)
  return protocol === 'tcp' ? new wrap.TCP(wrap.constants.SERVER) : new wrap.UDP(0)
}

function bindHandle(handle: BoundHandle, port: number): number {
  const errno = handle.bind('127.0.0.1', port, 0)
  if (errno !== 0) throw new Error(`bind failed with ${errno}`)
  const address: { port?: number } = {}
  handle.getsockname(address)
  return address.port ?? 0
}
