import { openReservationManager } from 'winport'

const manager = await openReservationManager()
const block = await manager.acquire({ protocol: 'tcp', count: 20 })
if ([...block].length !== 20) throw new Error('no 20 ports')
await manager.close()
