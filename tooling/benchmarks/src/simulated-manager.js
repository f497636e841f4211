import { ReservationManager } from '@winport/manager'
import { createNapiTransport } from '@winport/transport-napi'
import { simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'

/**
 * A manager over the addon on a simulated machine.
 *
 * @param {{ startPort: number, count: number }} [dynamicRange]
 */
export function simulate(dynamicRange = { startPort: 61_000, count: 4000 }) {
  const simulator = new WinsockSimulator('bench', dynamicRange)
  const manager = new ReservationManager({ transport: createNapiTransport({ libraries: simulatorLibraries }) })
  return { simulator, manager }
}
