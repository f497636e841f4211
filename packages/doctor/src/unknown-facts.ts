import type { Fact } from './fact.js'
import type { Holder } from './port-explanation.js'

/** The facts that are unknown, and the unknown parts of the others, each with its reason. */
export function unknownFacts(facts: Readonly<Record<string, Fact<unknown>>>): Record<string, string> {
  const entries = Object.entries(facts).flatMap(([name, { unknown, unknownParts = {} }]) => [
    ...(unknown === undefined ? [] : [[name, unknown] as const]),
    ...Object.entries(unknownParts),
  ])
  return Object.fromEntries(entries)
}

/** @returns an empty object if the process of every socket is known. A closed connection has none. */
export function unknownProcesses(holders: readonly Holder[]): Record<string, string> {
  return holders.some(({ pid, state }) => pid === null && state !== 'TIME_WAIT')
    ? { processes: 'the system does not say which process has some of the sockets' }
    : {}
}
