// Makes every call of a manager on a Windows without port reservations, and prints the codes of the errors, over the default
// backend and over koffi.
import { openReservationManager } from 'winport'

const range = { protocol: 'tcp', startPort: 5000, count: 2 }
const codeOf = (call) => call.then(() => 'no error').catch(({ code }) => code)

async function answers(transport) {
  const manager = await openReservationManager({ transport })
  try {
    return {
      transport: manager.transport.name,
      tcp: await codeOf(manager.acquire({ protocol: 'tcp', count: 20 })),
      udp: await codeOf(manager.acquire({ protocol: 'udp', startPort: 5000, count: 1 })),
      create: await codeOf(manager.persistent.create(range)),
      lookup: await codeOf(manager.persistent.lookup(range)),
      delete: await codeOf(manager.persistent.delete(range)),
      held: manager.held.length,
    }
  } finally {
    await manager.close()
  }
}

console.log(JSON.stringify([await answers(undefined), await answers('koffi')]))
