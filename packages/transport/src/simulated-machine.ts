import type { PortRange, Protocol } from './port-range.js'

/** What a transport that simulates a machine says about it, in place of the system that the process runs on. */
export interface SimulatedMachine {
  /** The system that is simulated. */
  readonly platform: NodeJS.Platform
  /** The process of the transport on that machine. */
  readonly pid: number
  /** Reads the ranges, as `netsh` prints those of a Windows. */
  readRanges(protocol: Protocol): SimulatedRanges
}

/** The ranges of a simulated machine, for one protocol. */
export interface SimulatedRanges {
  /** The ports that the system gives to programs that do not choose one. */
  readonly dynamicRange: PortRange
  /** The ranges that the system gives to no program that does not ask for them. */
  readonly excluded: readonly SimulatedExclusion[]
}

/** A range that is excluded. */
export interface SimulatedExclusion extends PortRange {
  /** Whether an administrator or a persistent reservation has excluded it. Otherwise it is a runtime reservation. */
  readonly administered: boolean
}
