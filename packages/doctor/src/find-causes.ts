import { overlaps } from './address-overlap.js'
import type { ExcludedRange } from './excluded-ranges.js'
import { holderText } from './holder-text.js'
import { kernelTenant } from './kernel-tenant.js'
import type { Cause, Holder, Probe } from './port-explanation.js'
import type { PortFacts } from './port-facts.js'
import { contains, type PortSpan, spanText } from './port-span.js'

/** The process ID under which Windows lists the sockets of its kernel, such as those of http.sys. */
const WINDOWS_KERNEL = 4
/** More of them would not fit one screen. */
const MOST_SOCKET_CAUSES = 3
/** The privileged ports of a Unix whose setting could not be read. */
const UNIX_PRIVILEGED_PORTS = 1_024

/** Why the host's bind was refused with this code, likeliest first. */
export function causesOfRefusal(facts: PortFacts, code: string): readonly Cause[] {
  const { host, port, sockets } = facts
  if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') {
    return [
      { kind: 'address-unavailable', certainty: 'shown', text: `This machine does not have the address ${host}.` },
    ]
  }
  const privileged = code === 'EACCES' || code === 'EPERM' ? privilegeCauses(facts) : []
  const conflicting = (sockets.value ?? []).filter(({ address }) => overlaps(address, host))
  const [servers, connections] = partition(
    conflicting.filter((holder) => !holdsBlock(facts, holder)),
    ({ remote }) => remote === null,
  )
  const hasHttpSys = servers.some((holder) => isWindowsKernel(facts, holder)) // its port is also excluded
  const causes = [
    ...privileged,
    ...ownReservationCauses(facts),
    ...socketCauses(servers, (holder) => serverCause(facts, holder)),
    ...exclusionCauses(facts).filter(({ kind }) => kind !== 'http-sys' || !hasHttpSys),
    ...(servers.length === 0 ? socketCauses(connections, (holder) => connectionCause(holder, port)) : []),
  ]
  return causes.length > 0 ? causes : [causeWithoutEvidence(facts, code)]
}

/** What refuses the free port elsewhere: at other addresses, or to reservations. */
export function causesBesideFree(facts: PortFacts): readonly Cause[] {
  const [, ...others] = facts.probes.filter(({ how }) => how === 'bind')
  return [
    ...others.filter(isRefusal).map((probe) => otherFamilyCause(facts, probe)),
    ...ownReservationCauses(facts),
    ...exclusionCauses(facts),
  ]
}

/** Whether the probe says that the port is not available, and not only that the address or its family is missing. */
function isRefusal({ result }: Probe): boolean {
  return ['EADDRINUSE', 'EACCES', 'EPERM'].includes(result)
}

function privilegeCauses({ platform, port, firstUnprivilegedPort }: PortFacts): readonly Cause[] {
  if (platform === 'win32') return []
  const { value } = firstUnprivilegedPort
  const first = value ?? UNIX_PRIVILEGED_PORTS
  if (port >= first) return []
  const certainty = value === null ? 'inferred' : 'shown'
  return [{ kind: 'privileged-port', certainty, text: `Only privileged programs may bind ports below ${first}.` }]
}

function ownReservationCauses({ held, port }: PortFacts): readonly Cause[] {
  return held
    .filter((block) => contains(block, port))
    .map((block) => ({
      kind: 'own-reservation',
      certainty: 'shown',
      text: `This process has reserved ${spanText(block)} itself. Only sockets of that block can use the port.`,
    }))
}

/** A cause for each socket; if there are many, for the first ones, and one that counts the others. */
function socketCauses(holders: readonly Holder[], causeOf: (holder: Holder) => Cause): readonly Cause[] {
  if (holders.length <= MOST_SOCKET_CAUSES) return holders.map(causeOf)
  const described = holders.slice(0, MOST_SOCKET_CAUSES).map(causeOf)
  const counting = described.pop()
  if (counting === undefined) return []
  const text = `${holders.length - described.length} more sockets have the port.`
  return [...described, { ...counting, text }]
}

function isWindowsKernel({ platform }: PortFacts, { pid }: Holder): boolean {
  return platform === 'win32' && pid === WINDOWS_KERNEL
}

function serverCause(facts: PortFacts, holder: Holder): Cause {
  const { protocol, self, port } = facts
  const { pid, user } = holder
  if (isWindowsKernel(facts, holder)) {
    const text = `Windows' kernel (process ${pid}) has the port, probably http.sys for a web service such as IIS.`
    return { kind: 'http-sys', certainty: 'inferred', text }
  }
  const text = `${holderText(holder, port)}.`
  const isBoundOnly = protocol === 'tcp' && holder.state === 'BOUND'
  const silence = isBoundOnly ? ['It does not listen, so that netstat does not show it.'] : []
  if (pid === null && user !== null && user !== self.user) {
    return {
      kind: 'other-user',
      certainty: 'shown',
      text: [text, ...silence, 'Its program is visible only to that user and to root.'].join(' '),
    }
  }
  const isSelf = pid !== null && pid === self.pid
  const details = [
    ...silence,
    ...(isSelf ? ['That is this process itself.'] : []),
    ...(user !== null && self.user !== null && user !== self.user ? [`Its user is ${user}.`] : []),
  ]
  return { kind: isBoundOnly ? 'bound-only' : 'process', certainty: 'shown', text: [text, ...details].join(' ') }
}

function connectionCause(holder: Holder, port: number): Cause {
  return { kind: 'outgoing-connection', certainty: 'shown', text: `No process listens. ${holderText(holder, port)}.` }
}

/** On Linux, ports that the system does not give out can still be bound: they are no cause. */
function exclusionCauses(facts: PortFacts): readonly Cause[] {
  if (facts.platform !== 'win32') return []
  const ranges = (facts.exclusions.value ?? []).filter((range) => contains(range, facts.port) && !isHeld(facts, range))
  return ranges.map((range) => exclusionCause(facts, range))
}

/** The socket with which this process holds the port of its block is no cause of its own. */
function holdsBlock({ self, held, port }: PortFacts, { pid, state }: Holder): boolean {
  return pid === self.pid && state === 'BOUND' && held.some((block) => contains(block, port))
}

/** A block that this process holds can be among the excluded ranges too. */
function isHeld({ held }: PortFacts, { startPort, endPort }: ExcludedRange): boolean {
  return held.some((block) => block.startPort === startPort && block.endPort === endPort)
}

function exclusionCause({ dynamicRange, probes: [host] }: PortFacts, range: ExcludedRange): Cause {
  const ports = spanText(range)
  if (range.administered) {
    const effect =
      host?.result === 'ok'
        ? 'Programs that ask for the port get it; the system does not give it out, and it cannot be reserved.'
        : 'It is probably a persistent reservation, which keeps ordinary programs out.'
    const text = `An administrator has excluded ${ports}. ${effect}`
    return { kind: 'administered-exclusion', certainty: 'shown', text }
  }
  if (range.startPort === range.endPort) {
    const text = `Windows' kernel has reserved ${ports} alone, probably http.sys for a web service such as IIS.`
    return { kind: 'http-sys', certainty: 'inferred', text }
  }
  const text = `Windows' kernel has reserved ${ports}, probably for ${kernelTenant(range)}; netstat cannot show that.`
  return { kind: 'kernel-reservation', certainty: 'shown', text: `${text}${dynamicRangeText(dynamicRange.value)}` }
}

/** Blocks are taken from the dynamic range. The default, from 49152 on, keeps away from the ports that people choose. */
function dynamicRangeText(range: PortSpan | null): string {
  if (range === null || range.startPort >= EVERYDAY_PORTS_END) return ''
  return ` The dynamic range is ${spanText(range)}, so that such blocks fall on everyday ports.`
}

const EVERYDAY_PORTS_END = 32_768

function otherFamilyCause({ port, sockets }: PortFacts, { address, result }: Probe): Cause {
  const holder = address === null ? undefined : sockets.value?.find((socket) => overlaps(socket.address, address))
  const reason = holder === undefined ? '' : `: ${holderText(holder, port)}`
  return { kind: 'other-family', certainty: 'shown', text: `At ${address} the port is refused (${result})${reason}.` }
}

function causeWithoutEvidence({ platform, protocol, sockets, exclusions }: PortFacts, code: string): Cause {
  const unexplained: Cause = { kind: 'unexplained', certainty: 'shown', text: 'What refuses the port was not found.' }
  if (sockets.value === null) return unexplained
  if (code === 'EADDRINUSE' && (protocol === 'tcp' || platform === 'win32')) {
    const text = 'No process listens. Some socket is probably bound to the port and does not listen.'
    return { kind: 'bound-only', certainty: 'inferred', text }
  }
  if (code === 'EACCES' && platform === 'win32' && exclusions.unknown !== undefined) {
    const text =
      "No process has the port. Windows' kernel has probably reserved it; the reserved ranges could not be read."
    return { kind: 'kernel-reservation', certainty: 'inferred', text }
  }
  return unexplained
}

function partition<Item>(items: readonly Item[], belongs: (item: Item) => boolean): readonly [Item[], Item[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))]
}
