import type { Protocol, SimulatedExclusion, SimulatedMachine, SimulatedRanges } from '@winport/transport'
import type { KernelState } from './kernel-state.js'

/** The machine of a kernel, as one of its processes sees it. */
export class MockMachine implements SimulatedMachine {
  readonly platform = 'win32'
  readonly pid: number
  readonly #kernel: KernelState

  constructor(kernel: KernelState, pid: number) {
    this.#kernel = kernel
    this.pid = pid
  }

  readRanges(protocol: Protocol): SimulatedRanges {
    const pool = this.#kernel.pools[protocol]
    const excluded: SimulatedExclusion[] = [
      ...pool.exclusions().map(({ startPort, count }) => ({ protocol, startPort, count, administered: true })),
      ...pool.reservations().map(({ startPort, count, pid }) => {
        return { protocol, startPort, count, administered: pid === undefined }
      }),
    ]
    return { dynamicRange: { protocol, ...this.#kernel.dynamicRange }, excluded }
  }
}
