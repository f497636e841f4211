import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { NodeVersion } from '@winport/windows'
import { type NodeHandle, TCP_SERVER, tcpHandleClass, udpHandleClass } from '../src/adoption/handle-classes.js'

const CHILD = fileURLToPath(new URL('adoption-child.mjs', import.meta.url))

export type BoundProtocol = 'tcp' | 'udp'

/** On POSIX a handle has its descriptor. */
type BoundHandle = NodeHandle & { readonly fd: number }

export interface AdoptionRun {
  /** The ports of the descriptors, in order. */
  readonly ports: readonly number[]
  /** The result of the scenario. */
  readonly seen: unknown
  /** The child's stderr. */
  readonly stderr: string
}

/**
 * Runs a scenario of adoption-child.mjs. The child inherits bound descriptors, from 3 up, which none of its objects owns.
 *
 * @param bound the sockets to bind to 127.0.0.1; `'same'` is a TCP socket on the port of the one before it
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
  for (const handle of handles) handle.close() // only the child has the sockets open now
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('the child has no output')
  const [output, errors] = await Promise.all([text(stdout), text(stderr), once(child, 'close')])
  if (child.exitCode !== 0 || output === '') throw new Error(`exit code ${child.exitCode}: ${errors}`)
  const { version, seen } = JSON.parse(output)
  if (version !== node.version) throw new Error(`it ran on Node.js ${version}, not on ${node.version}`)
  return { ports, seen, stderr: errors }
}

function makeHandle(protocol: BoundProtocol): BoundHandle {
  const handle = protocol === 'tcp' ? new (tcpHandleClass())(TCP_SERVER) : new (udpHandleClass())(0)
  return handle as BoundHandle
}

function bindHandle(handle: BoundHandle, port: number): number {
  const errno = handle.bind('127.0.0.1', port, 0)
  if (errno !== 0) throw new Error(`bind failed with ${errno}`)
  const address: { port?: number } = {}
  handle.getsockname(address)
  return address.port ?? 0
}
