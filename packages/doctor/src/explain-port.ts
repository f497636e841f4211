import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { checkKnownOptions, checkObject, invalidArgType, LAST_PORT, outOfRange } from '@winport/definitions'
import type { PortRange, Protocol, Transport } from '@winport/transport'
import { checkProtocol, messageOf, throwIfAborted, untilAborted } from '@winport/transport/backend'
import { isAddressMissing, probeBind } from './bind-probe.js'
import { diagnose } from './diagnose.js'
import { heldSpans } from './held-spans.js'
import type { ListBoundSockets } from './linux/bound-sockets.js'
import { nextFreePort } from './next-free-port.js'
import type { PortExplanation, Probe } from './port-explanation.js'
import type { PortSources } from './port-sources.js'
import { probeReserve } from './reserve-probe.js'
import { withTransport } from './socket-table-sources.js'
import { sourcesOfThisMachine } from './this-machine.js'

export interface ExplainPortOptions {
  readonly protocol: Protocol
  /** 1 to 65535. */
  readonly port: number
  /**
   * The address or name that the verdict is about. A name counts as its first address. Default: `'::'`, as Node's servers
   * listen, or `'0.0.0.0'` on a machine without IPv6.
   */
  readonly host?: string | undefined
  /**
   * Binds and reserves the port, and lists the sockets if it can. Without one, the port is bound through Node alone and not
   * reserved. Stays open.
   */
  readonly transport?: Transport | undefined
  /** The blocks that this process holds, so that its own reservations are recognised. */
  readonly held?: Iterable<PortRange> | undefined
  /**
   * On Linux, lists the TCP sockets that are bound and do not listen, which `/proc` leaves out: `readBoundSockets` of
   * `@winport/transport-linux`. Without it they are not known.
   */
  readonly boundSockets?: ListBoundSockets | undefined
  readonly signal?: AbortSignal | undefined
}

const OPTIONS: readonly (keyof ExplainPortOptions)[] = [
  'protocol',
  'port',
  'host',
  'transport',
  'held',
  'boundSockets',
  'signal',
]

/**
 * Finds out why a port can or cannot be bound. Binds it for a moment and never listens. What cannot be found out is unknown,
 * and is no error.
 *
 * @throws TypeError, RangeError for invalid options
 * @throws AbortError if the signal aborts
 * @throws Error with Node's code, such as ENOTFOUND, if `host` is a name without an address
 */
export async function explainPort(options: ExplainPortOptions): Promise<PortExplanation> {
  return await explainPortFrom(sourcesOfThisMachine(options?.boundSockets), options)
}

/** {@link explainPort} from the facts of these sources. */
export async function explainPortFrom(system: PortSources, options: ExplainPortOptions): Promise<PortExplanation> {
  const { protocol, port, transport, signal } = checkOptions(options)
  throwIfAborted(signal)
  const sources = withTransport(system, transport)
  const host = options.host === undefined ? undefined : await untilAborted(addressOf(options.host), signal)
  const held = heldSpans(options.held, protocol)
  const notProbed: Record<string, string> = {}
  const bind = (address: string, at = port) => probeBind(transport, protocol, address, at)
  const probes = (await attempt(notProbed, 'bind', async () => bindAround(host, sources.platform, bind), signal)) ?? []
  const address = probes[0]?.address ?? host ?? '::'
  if (transport !== undefined) {
    const reserve = async () => await probeReserve(transport, protocol, port, signal)
    const reserved = await attempt(notProbed, 'reserve', reserve, signal)
    if (reserved !== undefined) probes.push(reserved)
  } else if (sources.platform === 'win32') {
    notProbed['reserve'] = 'there is no transport'
  }
  const [self, byPort, exclusions, dynamicRange, firstUnprivilegedPort] = await untilAborted(
    Promise.all([
      sources.readSelf(),
      sources.readSockets(protocol, port, signal),
      sources.readExclusions(protocol, signal),
      sources.readDynamicRange(protocol, signal),
      sources.readFirstUnprivilegedPort(),
    ]),
    signal,
  )
  const isRefused = probes[0] !== undefined && probes[0].result !== 'ok' && !isAddressMissing(probes[0])
  const start = probes[0]?.result === 'EACCES' ? Math.max(port + 1, firstUnprivilegedPort.value ?? 0) : port + 1
  const avoided = [...(exclusions.value ?? []), ...held]
  const nextFree = isRefused ? nextFreePort(start, avoided, (at) => bind(address, at).result === 'ok') : null
  const sockets = byPort.value === null ? byPort : { ...byPort, value: byPort.value.get(port) ?? [] }
  const facts = { sockets, exclusions, dynamicRange, firstUnprivilegedPort, held, nextFree, notProbed }
  return diagnose({ platform: sources.platform, protocol, port, host: address, self, probes, ...facts })
}

function checkOptions(options: ExplainPortOptions): ExplainPortOptions {
  checkObject('options', options)
  checkKnownOptions(options, OPTIONS)
  const { protocol, port, host } = options
  checkProtocol(protocol)
  if (typeof port !== 'number') throw invalidArgType('port', 'of type number', port)
  if (!Number.isInteger(port) || port < 1 || port > LAST_PORT) {
    throw outOfRange('port', `an integer >= 1 and <= ${LAST_PORT}`, port)
  }
  if (host !== undefined && typeof host !== 'string') throw invalidArgType('host', 'of type string', host)
  return options
}

/** Node listens at the first address of a name. */
async function addressOf(host: string): Promise<string> {
  return isIP(host) === 0 ? (await lookup(host)).address : host
}

/**
 * Binds at the host first, then at the other addresses where another answer is possible. On Windows a socket at a loopback
 * address and one at a wildcard address do not exclude each other.
 */
function bindAround(host: string | undefined, platform: NodeJS.Platform, bind: (address: string) => Probe): Probe[] {
  const others = ['::', '0.0.0.0', ...(platform === 'win32' ? ['::1', '127.0.0.1'] : [])]
  const addresses = [...(host === undefined ? [] : [host]), ...others.filter((other) => other !== host)]
  const probes = addresses.map((address) => bind(address))
  // Without a host, Node listens at 0.0.0.0 if the machine has no IPv6.
  if (host === undefined && probes[0] !== undefined && isAddressMissing(probes[0])) probes.push(...probes.splice(0, 1))
  return probes
}

/** The result of the call; if it fails, undefined, and the reason is recorded. @throws AbortError if the signal aborted */
async function attempt<Result>(
  reasons: Record<string, string>,
  name: string,
  call: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result | undefined> {
  try {
    return await call()
  } catch (error) {
    throwIfAborted(signal)
    reasons[name] = messageOf(error)
    return undefined
  }
}
