import type { Fact } from './fact.js'
import type { PortSources } from './port-sources.js'

/** The sources of a system of which only the probes are known. */
export class OtherSources implements PortSources {
  readonly platform: NodeJS.Platform

  constructor(platform: NodeJS.Platform) {
    this.platform = platform
  }

  async readSelf(): Promise<{ pid: number; user: null }> {
    return { pid: process.pid, user: null }
  }

  async readSockets(): Promise<Fact<never>> {
    return this.#unknown()
  }

  /** Only Windows and Linux have such ranges. */
  async readExclusions(): Promise<Fact<readonly never[]>> {
    return { value: [] }
  }

  async readDynamicRange(): Promise<Fact<never>> {
    return this.#unknown()
  }

  async readFirstUnprivilegedPort(): Promise<Fact<never>> {
    return this.#unknown()
  }

  #unknown(): Fact<never> {
    return { value: null, unknown: `it is not read on ${this.platform}` }
  }
}
