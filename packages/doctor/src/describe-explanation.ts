import { endpoint } from './address-overlap.js'
import { servicesText } from './holder-text.js'
import type { Cause, CauseKind, ExplainedRange, Holder, PortExplanation, Remedy } from './port-explanation.js'
import { spanText } from './port-span.js'

const IN_USE: ReadonlySet<CauseKind> = new Set([
  'process',
  'other-user',
  'outgoing-connection',
  'bound-only',
  'http-sys',
])
/** More of them would not fit one screen. */
const SHOWN_CAUSES = 3
const SHOWN_HOLDERS = 3

/** Explains the port to people: the cause first, then the evidence, then what to do. One line each. */
export function describeExplanation(explanation: PortExplanation): readonly string[] {
  return [...answer(explanation), ...evidence(explanation), ...advice(explanation)]
}

function answer({ protocol, port, host, verdict, causes, probes }: PortExplanation): readonly string[] {
  const name = `${protocol} ${port}`
  const [first, ...others] = causes.slice(0, SHOWN_CAUSES)
  const more = others.map(({ text }) => text)
  if (verdict === 'unknown') return [`It could not be found out whether ${name} can be bound.`]
  if (verdict === 'free') {
    return [`${name} can be bound at ${host}.`, ...(first === undefined ? [] : [first.text, ...more])]
  }
  const code = probes.find(({ how, address }) => how === 'bind' && address === host)?.result
  return [`${opening(name, code ?? '', first)}`, ...more, ...omitted('cause', causes.length - SHOWN_CAUSES)]
}

function opening(name: string, code: string, cause: Cause | undefined): string {
  const state = cause !== undefined && IN_USE.has(cause.kind) ? 'is in use' : 'cannot be bound'
  return `${name} ${state} (${code}): ${cause?.text ?? ''}`
}

function evidence({
  platform,
  port,
  probes,
  holders,
  ranges,
  dynamicRange,
  unknown,
}: PortExplanation): readonly string[] {
  return [
    ...holders.slice(0, SHOWN_HOLDERS).map((holder) => row(endpoint(holder.address, port), holderDetails(holder))),
    ...omitted('socket', holders.length - SHOWN_HOLDERS),
    ...(holders.length > 0 || 'sockets' in unknown ? [] : [row('sockets', 'none')]),
    ...probes.map(({ how, address, result }) => row(address === null ? how : `${how} ${address}`, result)),
    ...ranges
      .filter(({ kind }) => kind !== 'in-use' && kind !== 'dynamic')
      .map((range) => row(range.kind, `${spanText(range)}${platform === 'linux' ? noteOfLinux(range) : ''}`)),
    ...(dynamicRange === null ? [] : [row('dynamic', spanText(dynamicRange))]),
    ...Object.entries(unknown).map(([name, why]) => row(name, `unknown: ${why}`)),
  ]
}

function noteOfLinux({ kind }: ExplainedRange): string {
  return kind === 'administered' ? ' (given only to programs that ask for it)' : ''
}

function holderDetails({ state, pid, image, user, services }: Holder): string {
  return [
    state,
    ...(pid === null ? [] : [`process ${pid}`]),
    ...(image === null ? [] : [image]),
    ...(user === null ? [] : [`user ${user}`]),
    ...(services === null || services.length === 0 ? [] : [servicesText(services)]),
  ].join(', ')
}

function advice({ platform, nextFree, remedies }: PortExplanation): readonly string[] {
  return [
    ...(nextFree === null ? [] : [`use instead   ${nextFree}`]),
    ...remedies.flatMap((remedy) => remedyLines(remedy, platform)),
  ]
}

function remedyLines({ text, command, elevated }: Remedy, platform: NodeJS.Platform): readonly string[] {
  const label = elevated ? (platform === 'win32' ? 'as admin' : 'as root') : 'or'
  return [`${label.padEnd(14)}${text}`, ...(command === null ? [] : [`${' '.repeat(14)}> ${command}`])]
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(20)} ${value}`
}

function omitted(what: string, count: number): readonly string[] {
  return count > 0 ? [`  and ${count} more ${what}${count === 1 ? '' : 's'}`] : []
}
