// Asks for more ports than the process may open files, twice; then for a few. Prints the errors, and what is left.
import { ReservationManager } from '@winport/manager'
import { createLinuxTransport } from '@winport/transport-linux'
import { addon } from './addon.js'

const manager = new ReservationManager({ transport: createLinuxTransport() })
const errors = []
for (let i = 0; i < 2; i++) {
  await manager.acquire({ protocol: 'tcp', count: 500 }).catch((error) => errors.push(error))
}
const [, holds, ports] = addon.counts()
const block = await manager.acquire({ protocol: 'tcp', count: 5 })
await manager.close()
console.log(
  JSON.stringify({
    errors: errors.map(({ code, message, cause }) => ({ code, message, cause: cause.cause.message })),
    left: { holds, ports },
    count: block.count,
  }),
)
