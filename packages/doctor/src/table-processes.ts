import type { SocketTable } from '@winport/transport'
import { messageOf } from '@winport/transport/backend'
import type { Holder } from './port-explanation.js'

export type TableProcess = Pick<Holder, 'image' | 'user' | 'services' | 'started'>

export interface TableProcesses {
  readonly processes: ReadonlyMap<number | null, TableProcess>
  /** Why some users are null, and all services. */
  readonly unknownParts: Readonly<Record<string, string>>
}

export const UNKNOWN_PROCESS: TableProcess = { image: null, user: null, services: null, started: null }

/** Reads what the transport says of these processes. What it refuses to say is null. */
export async function readTableProcesses(table: SocketTable, pids: ReadonlySet<number>): Promise<TableProcesses> {
  const processes = new Map<number | null, TableProcess>()
  const unknownParts: Record<string, string> = {}
  if (pids.size === 0) return { processes, unknownParts }
  let services: ReadonlyMap<number, readonly string[]> | undefined
  try {
    services = await table.readServices()
  } catch (error) {
    unknownParts['services'] = messageOf(error)
  }
  const refused: number[] = []
  let reason = ''
  for (const pid of pids) {
    const { image, started } = await table.readProcess(pid)
    let user: string | null = null
    try {
      user = await table.readUser(pid)
    } catch (error) {
      if (refused.length === 0) reason = messageOf(error)
      refused.push(pid)
    }
    const names = services === undefined ? null : (services.get(pid) ?? [])
    processes.set(pid, { image, user, services: names, started: started?.toISOString() ?? null })
  }
  if (refused.length > 0) unknownParts['users'] = `${processesText(refused)}: ${reason}`
  return { processes, unknownParts }
}

const SHOWN_PROCESSES = 3

function processesText(pids: readonly number[]): string {
  const shown = pids.slice(0, SHOWN_PROCESSES).join(', ')
  const more = pids.length - SHOWN_PROCESSES
  return `of ${pids.length === 1 ? 'process' : 'processes'} ${shown}${more > 0 ? ` and ${more} more` : ''}`
}
