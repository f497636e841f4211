import type { ExplainPortOptions, PortExplanation } from '@winport/doctor'

/**
 * Finds out why a port can or cannot be bound. It is `explainPort` of `@winport/doctor`, which the first call loads.
 *
 * @throws TypeError, RangeError for invalid options
 * @throws AbortError if the signal aborts
 * @throws Error with Node's code, such as ENOTFOUND, if `host` is a name without an address
 */
export async function explainPort(options: ExplainPortOptions): Promise<PortExplanation> {
  const doctor = await import('@winport/doctor')
  if (typeof options !== 'object' || options === null) return await doctor.explainPort(options)
  const { boundSockets } = await import('./bound-sockets.js')
  return await doctor.explainPort({ boundSockets, ...options })
}
