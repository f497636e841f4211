import { holderText } from './holder-text.js'
import { kernelTenant } from './kernel-tenant.js'
import type { MappedRange, PortMap } from './port-map.js'
import { spanText } from './port-span.js'

/** Describes the map to people: each range in a line, then what could not be found out. */
export function describePortMap(map: PortMap): readonly string[] {
  return [
    ...map.ranges.map((range) => row(spanText(range), range.kind, describeMappedRange(range, map.platform))),
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

/** A server first: the connections of a server have its port too. */
function holdersText({ holders, startPort }: MappedRange): string {
  const first = holders.find(({ remote }) => remote === null) ?? holders[0]
  if (first === undefined) return 'a socket has it'
  const others = holders.length - 1
  const more = others === 0 ? '' : `, and ${others} more socket${others === 1 ? '' : 's'}`
  return `${holderText(first, startPort)}${more}`
}

function row(span: string, kind: string, text: string): string {
  return `${span.padEnd(12)} ${kind.padEnd(13)} ${text}`
}
