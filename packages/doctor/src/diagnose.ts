import { causesBesideFree, causesOfRefusal } from './find-causes.js'
import { findRanges } from './find-ranges.js'
import { findRemedies } from './find-remedies.js'
import type { PortExplanation } from './port-explanation.js'
import type { PortFacts } from './port-facts.js'
import { unknownFacts, unknownProcesses } from './unknown-facts.js'

/** The errors of a bind that say something about the port or the address. Others, such as EMFILE, say nothing about them. */
const REFUSALS: ReadonlySet<string> = new Set(['EADDRINUSE', 'EACCES', 'EPERM', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])

/** Explains a port from facts alone: no system is asked. */
export function diagnose(facts: PortFacts): PortExplanation {
  const { platform, protocol, port, host, probes, sockets, exclusions, dynamicRange, nextFree } = facts
  const result = probes.find(({ how, address }) => how === 'bind' && address === host)?.result
  const verdict = result === 'ok' ? 'free' : result !== undefined && REFUSALS.has(result) ? 'refused' : 'unknown'
  const causes =
    verdict === 'refused' ? causesOfRefusal(facts, result ?? '') : verdict === 'free' ? causesBesideFree(facts) : []
  const holders = sockets.value ?? []
  return {
    schema: 1,
    platform,
    protocol,
    port,
    host,
    verdict,
    causes,
    probes,
    holders,
    ranges: findRanges(facts),
    dynamicRange: dynamicRange.value,
    nextFree: verdict === 'free' ? null : nextFree,
    remedies: findRemedies(facts, causes, holders),
    unknown: {
      ...facts.notProbed,
      ...(verdict === 'unknown' && result !== undefined ? { bind: `the bind failed with ${result}` } : {}),
      ...unknownFacts({ sockets, exclusions, dynamicRange, firstUnprivilegedPort: facts.firstUnprivilegedPort }),
      ...unknownProcesses(holders),
    },
  }
}
