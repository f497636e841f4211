import type { PortRange, Protocol, SimulatedMachine } from '@winport/transport'
import type { ExcludedRange } from './excluded-ranges.js'
import type { Fact } from './fact.js'
import type { PortFacts } from './port-facts.js'
import type { PortSources } from './port-sources.js'
import type { PortSpan } from './port-span.js'

/** The sources of a machine that a transport simulates. Its sockets are those of the transport's socket table. */
export class SimulatedSources implements PortSources {
  readonly platform: NodeJS.Platform
  readonly isSimulated = true
  readonly #machine: SimulatedMachine

  constructor(machine: SimulatedMachine) {
    this.platform = machine.platform
    this.#machine = machine
  }

  async readSelf(): Promise<PortFacts['self']> {
    return { pid: this.#machine.pid, user: null }
  }

  async readSockets(): Promise<Fact<never>> {
    return { value: null, unknown: 'the simulation does not list sockets' }
  }

  async readExclusions(protocol: Protocol): Promise<Fact<readonly ExcludedRange[]>> {
    const { excluded } = this.#machine.readRanges(protocol)
    return { value: excluded.map(({ administered, ...range }) => ({ ...spanOf(range), administered })) }
  }

  async readDynamicRange(protocol: Protocol): Promise<Fact<PortSpan>> {
    return { value: spanOf(this.#machine.readRanges(protocol).dynamicRange) }
  }

  async readFirstUnprivilegedPort(): Promise<Fact<number>> {
    return { value: 0 }
  }
}

function spanOf({ startPort, count }: PortRange): PortSpan {
  return { startPort, endPort: startPort + count - 1 }
}
