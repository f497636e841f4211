import { holderText, programText } from './holder-text.js'
import { kernelTenant } from './kernel-tenant.js'
import type { Holder } from './port-explanation.js'
import type { MappedRange, PortMap } from './port-map.js'
import { spanText } from './port-span.js'

/**
 * Describes the map to people: a line for each range, then what could not be found out. Ports that are alike share a line:
 * neighbours that a process has in the same way, all ports of its connections, and all ports of closed connections.
 */
export function describePortMap(map: PortMap): readonly string[] {
  return [
    ...alike(map.ranges).map((ranges) => groupRow(ranges, map.platform)),
    ...Object.entries(map.unknown).map(([name, why]) => row(name, 'unknown', why)),
  ]
}

/** Who has the range, or what it is for. No sentence: `node (14233) listens on [::]:3000`. */
export function describeMappedRange(range: MappedRange, platform: NodeJS.Platform): string {
  const count = range.endPort - range.startPort + 1
  const ports = `${count} port${count === 1 ? '' : 's'}`
  switch (range.kind) {
    case 'in-use':
      return holdersText(range)
    case 'reserved':
      return `${ports}, probably for ${kernelTenant(range)}`
    case 'http-sys':
      return 'probably for a web service such as IIS'
    case 'administered':
      return platform === 'win32'
        ? `${ports}, excluded by an administrator or a persistent reservation`
        : `${ports}, given only to programs that ask for them`
    case 'own':
      return `${ports}, held by this process`
    case 'dynamic':
      return `${ports}, given to programs that choose none`
  }
}

function groupRow(group: Group, platform: NodeJS.Platform): string {
  const [first] = group
  if (group.length === 1) return row(spanText(first), first.kind, describeMappedRange(first, platform))
  const span = spanText({ startPort: first.startPort, endPort: group.at(-1)?.endPort ?? first.endPort })
  return row(span, first.kind, groupText(first, group.length, span))
}

/** @param first a range of the group */
function groupText({ holders }: MappedRange, count: number, span: string): string {
  const others = holders.length - 1
  const [holder] = holders
  if (holder !== undefined && isServer(holder)) {
    return `${holderText(holder, span)}${userText(holder)}${others === 0 ? '' : `, and ${others} more on each`}`
  }
  const live = holders.find(isLive)
  return live === undefined
    ? `closed connections keep ${count} of these ports for some minutes (${TIME_WAIT})`
    : `${programText(live)} has connections from ${count} of these ports${userText(live)}`
}

/** Ranges that share a line, in their order. */
type Group = [MappedRange, ...MappedRange[]]

function alike(ranges: readonly MappedRange[]): readonly Group[] {
  const groups: Group[] = []
  const latest = new Map<string, Group>()
  for (const range of ranges) {
    const likeness = likenessOf(range)
    const group = likeness === undefined ? undefined : latest.get(likeness)
    if (group !== undefined && (!range.holders.some(isServer) || group.at(-1)?.endPort === range.startPort - 1)) {
      group.push(range)
      continue
    }
    const started: Group = [range]
    groups.push(started)
    if (likeness !== undefined) latest.set(likeness, started)
  }
  return groups
}

/** Equal for ranges that are alike. Undefined for a range that is like no other. */
function likenessOf({ kind, holders }: MappedRange): string | undefined {
  if (kind !== 'in-use') return undefined
  if (holders.every(isServer)) {
    return JSON.stringify(holders.map(({ pid, user, state, address }) => [pid, user, state, address]))
  }
  if (holders.some(isServer)) return undefined
  const owners = new Set(holders.filter(isLive).map(({ pid, user }) => `${pid} ${user}`))
  const [owner = TIME_WAIT] = owners
  return owners.size > 1 ? undefined : owner
}

const TIME_WAIT = 'TIME_WAIT'

function isServer({ remote }: Holder): boolean {
  return remote === null
}

function isLive({ state }: Holder): boolean {
  return state !== TIME_WAIT
}

/** A server first: the connections of a server have its port too. */
function holdersText({ holders, startPort }: MappedRange): string {
  const first = holders.find(isServer) ?? holders[0]
  if (first === undefined) return 'a socket has it'
  const others = holders.length - 1
  const more = others === 0 ? '' : `, and ${others} more socket${others === 1 ? '' : 's'}`
  return `${holderText(first, startPort)}${userText(first)}${more}`
}

/** The text of a hidden process names its user already. */
function userText({ pid, user }: Holder): string {
  return pid === null || user === null ? '' : ` (user ${user})`
}

function row(span: string, kind: string, text: string): string {
  return `${span.padEnd(12)} ${kind.padEnd(13)} ${text}`
}
