import type { Fact } from './fact.js'
import type { Holder } from './port-explanation.js'

/** The facts that are unknown, each with its reason. */
export function unknownFacts(facts: Readonly<Record<string, Fact<unknown>>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, { unknown }]) => (unknown === undefined ? [] : [[name, unknown]])),
  )
}

/** @returns an empty object if the process of every socket is known */
export function unknownProcesses(holders: readonly Holder[]): Record<string, string> {
  return holders.some(({ pid }) => pid === null)
    ? { processes: 'the system does not say which process has some of the sockets' }
    : {}
}
