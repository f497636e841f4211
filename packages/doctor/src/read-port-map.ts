import { checkKnownOptions, checkObject } from '@winport/definitions'
import type { PortRange, Protocol, Transport } from '@winport/transport'
import { checkProtocol, throwIfAborted, untilAborted } from '@winport/transport/backend'
import { heldSpans } from './held-spans.js'
import type { ListBoundSockets } from './linux/bound-sockets.js'
import { mapPorts } from './map-ports.js'
import type { PortMap } from './port-map.js'
import type { PortSources } from './port-sources.js'
import { withTransport } from './socket-table-sources.js'
import { sourcesOfThisMachine } from './this-machine.js'

export interface ReadPortMapOptions {
  readonly protocol: Protocol
  /** Lists the sockets, if it can. Stays open. */
  readonly transport?: Transport | undefined
  /** The blocks that this process holds, so that its own reservations are shown. */
  readonly held?: Iterable<PortRange> | undefined
  /**
   * On Linux, lists the TCP sockets that are bound and do not listen, which `/proc` leaves out: `readBoundSockets` of
   * `@winport/transport-linux`. Without it they are not known.
   */
  readonly boundSockets?: ListBoundSockets | undefined
  readonly signal?: AbortSignal | undefined
}

const OPTIONS: readonly (keyof ReadPortMapOptions)[] = ['protocol', 'transport', 'held', 'boundSockets', 'signal']

/**
 * Finds out what has the ports of this machine: processes, reserved ranges, the dynamic range. Reads everything once, and binds
 * nothing. What cannot be found out is unknown, and is no error.
 *
 * @throws TypeError, RangeError for invalid options
 * @throws AbortError if the signal aborts
 */
export async function readPortMap(options: ReadPortMapOptions): Promise<PortMap> {
  return await readPortMapFrom(sourcesOfThisMachine(options?.boundSockets), options)
}

/** {@link readPortMap} from the facts of these sources. */
export async function readPortMapFrom(system: PortSources, options: ReadPortMapOptions): Promise<PortMap> {
  checkObject('options', options)
  checkKnownOptions(options, OPTIONS)
  const { protocol, transport, signal } = options
  checkProtocol(protocol)
  throwIfAborted(signal)
  const sources = withTransport(system, transport)
  const [sockets, exclusions, dynamicRange] = await untilAborted(
    Promise.all([
      sources.readSockets(protocol, undefined, signal),
      sources.readExclusions(protocol, signal),
      sources.readDynamicRange(protocol, signal),
    ]),
    signal,
  )
  const held = heldSpans(options.held, protocol)
  const { platform, isSimulated } = sources
  const found = mapPorts({ platform, protocol, sockets, exclusions, dynamicRange, held })
  return isSimulated === true ? { ...found, simulated: true } : found
}
