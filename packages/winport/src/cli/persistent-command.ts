import { checkUnsigned, LAST_PORT } from '@winport/definitions'
import { checkAcquireOptions } from '@winport/manager'
import type { PortRange } from '@winport/transport'
import type { BackendName } from '../backend-names.js'
import { type BackendEnvironment, defaultEnvironment, openManager } from '../backends.js'
import type { PersistentVerb } from './persistent-verbs.js'
import { parseNumber } from './port-arguments.js'
import { printBlock } from './print-block.js'

export interface PersistentCommandOptions {
  readonly json?: boolean
  readonly transport?: BackendName
}

/** `winport persistent <create|lookup|delete|ensure> <tcp|udp> <startPort> <count>` */
export async function persistent(
  verb: PersistentVerb,
  protocol: string,
  startPort: string,
  count: string,
  { json = false, transport: name }: PersistentCommandOptions,
  environment: BackendEnvironment = defaultEnvironment,
): Promise<void> {
  const range = parseExactRange(protocol, startPort, count)
  await using manager = await openManager({ transport: name }, environment)
  const { transport } = manager
  if (verb === 'delete') {
    await manager.persistent.delete(range)
    const deleted = `${range.protocol} ${range.startPort}-${range.startPort + range.count - 1} deleted`
    process.stdout.write(`${json ? JSON.stringify({ ...range, transport: transport.name }) : deleted}\n`)
    return
  }
  printBlock(await manager.persistent[verb](range), transport, json)
  if (transport.name === 'mock') {
    process.stderr.write('Nothing is kept: the simulated machine ends with this command.\n')
  }
}

function parseExactRange(protocol: string, startPort: string, count: string): PortRange {
  const range = { protocol, startPort: parseNumber('startPort', startPort), count: parseNumber('count', count) }
  checkAcquireOptions(range)
  checkUnsigned('startPort', range.startPort, LAST_PORT, 1) // persistent reservations have no wildcard
  return { protocol: range.protocol, startPort: range.startPort, count: range.count }
}
