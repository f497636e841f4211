// A block of the mock, through the front door.
import { openReservationManager } from 'winport'
import { serveOnce } from './serve-once.mjs'

console.log(JSON.stringify(await serveOnce(await openReservationManager({ transport: 'mock' }))))
