import type { Fact, PortSpan } from '@winport/doctor/machine'

/** The dynamic port range of one protocol. */
export interface DynamicPorts {
  readonly startPort: number
  readonly count: number
}

/** A range as `winport info` prints it. */
export function dynamicPortsOf(fact: Fact<PortSpan>): Fact<DynamicPorts> {
  if (fact.value === null) return fact
  const { startPort, endPort } = fact.value
  return { value: { startPort, count: endPort - startPort + 1 } }
}
