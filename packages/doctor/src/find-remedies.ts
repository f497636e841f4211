import { DEFAULT_DYNAMIC_RANGE } from '@winport/definitions'
import type { Cause, Holder, Remedy } from './port-explanation.js'
import type { PortFacts } from './port-facts.js'
import { contains, spanText } from './port-span.js'

/** What helps against these causes, in their order. Nothing is done: a person decides. */
export function findRemedies(
  facts: PortFacts,
  causes: readonly Cause[],
  holders: readonly Holder[],
): readonly Remedy[] {
  const kinds = new Set(causes.map(({ kind }) => kind))
  return [...kinds].flatMap((kind) => remediesOf(kind, facts, holders))
}

function remediesOf(kind: Cause['kind'], facts: PortFacts, holders: readonly Holder[]): readonly Remedy[] {
  const isWindows = facts.platform === 'win32'
  const { port, protocol } = facts
  switch (kind) {
    case 'process':
      return [stopRemedy(facts, holders)]
    case 'other-user':
      return isWindows ? [] : [seeProgram(facts, protocol === 'tcp' && holders.some(({ state }) => state === 'LISTEN'))]
    case 'outgoing-connection':
      return connectionRemedies(facts)
    case 'http-sys':
      return [
        elevated(
          'See which web services use http.sys, and stop the one that uses the port.',
          'netsh http show servicestate',
        ),
      ]
    case 'kernel-reservation':
      return kernelReservationRemedies(facts)
    case 'administered-exclusion':
      return administeredExclusionRemedies(facts)
    case 'bound-only':
      return facts.platform === 'linux' && protocol === 'tcp' && holders.every(({ pid }) => pid === null)
        ? [seeProgram(facts, false)]
        : holders.length > 0
          ? remediesOf('process', facts, holders)
          : []
    case 'own-reservation':
      return [plain('Let the block bind the port, as block.listen(server, { port }) does, or release the block.', null)]
    case 'privileged-port':
      return facts.platform === 'linux'
        ? [
            elevated(
              'Let every program bind this port and those above it, until the next restart.',
              `sysctl net.ipv4.ip_unprivileged_port_start=${port}`,
            ),
          ]
        : []
    default:
      return []
  }
}

/** The command for root. @param isListening whether a TCP socket listens */
function seeProgram({ protocol, port }: PortFacts, isListening: boolean): Remedy {
  if (protocol === 'udp' || isListening) {
    return elevated('See which program it is.', `ss -${protocol === 'tcp' ? 'lt' : 'lu'}np 'sport = :${port}'`)
  }
  return elevated('See which program it is (iproute2 6.8 and Linux 6.8 or later).', `ss -tnpB 'sport = :${port}'`)
}

/** Without a command if several programs have the port, or this process itself. Windows starts a service again that is ended. */
function stopRemedy({ platform, self }: PortFacts, holders: readonly Holder[]): Remedy {
  const { pid = null, services = null } = holders.find((holder) => holder.pid !== null) ?? {}
  const isAlone = pid !== null && holders.every((holder) => holder.pid === pid || holder.pid === null)
  if (platform === 'win32' && isAlone && services !== null && services.length > 0) {
    const command = services.length === 1 ? `net stop ${services[0]}` : null
    return { ...plain('Stop the service that uses the port, if you know what it is for.', command), elevated: true }
  }
  const text = 'Stop that program, if you know what it is for.'
  if (!isAlone || pid === self.pid) return plain(text, null)
  return plain(text, platform === 'win32' ? `taskkill /pid ${pid}` : `kill ${pid}`)
}

function connectionRemedies({ platform, port, exclusions }: PortFacts): readonly Remedy[] {
  const reserved = exclusions.value ?? []
  if (platform === 'win32') {
    return [plain('Wait until the connection ends, or use a port outside the dynamic range.', null)]
  }
  if (reserved.some((range) => contains(range, port))) return [plain('Wait until the connection ends.', null)]
  const replaced = exclusions.value === null ? ' (replaces the present list)' : ''
  const text = `Wait until the connection ends. To keep outgoing connections away from the port${replaced}:`
  return [elevated(text, `sysctl net.ipv4.ip_local_reserved_ports=${[...reserved.map(spanText), port].join(',')}`)]
}

function kernelReservationRemedies({ protocol, port, dynamicRange }: PortFacts): readonly Remedy[] {
  const { startPort, count } = DEFAULT_DYNAMIC_RANGE
  const isDefault = dynamicRange.value === null || dynamicRange.value.startPort >= startPort
  return [
    elevated(
      'Give up the ranges of WinNAT. Containers and virtual machines lose their network meanwhile; the ranges return, perhaps elsewhere, with `net start winnat` or a restart.',
      'net stop winnat',
    ),
    ...(isDefault
      ? []
      : [
          elevated(
            'Move the dynamic range back to its default, above everyday ports. Takes effect after a restart.',
            `netsh int ipv4 set dynamicport ${protocol} start=${startPort} num=${count}`,
          ),
        ]),
    elevated(
      'Keep the kernel away from the port for good: run this while winnat is stopped. Plain programs can bind the port then, but it can no longer be reserved.',
      `netsh int ipv4 add excludedportrange protocol=${protocol} startport=${port} numberofports=1`,
    ),
  ]
}

function administeredExclusionRemedies({ protocol, port, exclusions }: PortFacts): readonly Remedy[] {
  const range = exclusions.value?.find((excluded) => excluded.administered && contains(excluded, port))
  if (range === undefined) return []
  const count = range.endPort - range.startPort + 1
  return [
    elevated(
      'Remove the exclusion, if you know what it is for.',
      `netsh int ipv4 delete excludedportrange protocol=${protocol} startport=${range.startPort} numberofports=${count}`,
    ),
  ]
}

function plain(text: string, command: string | null): Remedy {
  return { text, command, elevated: false }
}

function elevated(text: string, command: string): Remedy {
  return { text, command, elevated: true }
}
