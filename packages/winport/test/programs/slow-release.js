// `winport acquire --hold` over the mock, where closing the manager never ends.
import { ReservationManager } from '@winport/manager'

ReservationManager.prototype[Symbol.asyncDispose] = async () => {
  console.error('Releasing.')
  await new Promise(() => setInterval(() => {}, 1000))
}
process.argv.push('acquire', 'tcp', '1', '--hold', '--transport', 'mock')
await import('../../dist/cli/main.js')
