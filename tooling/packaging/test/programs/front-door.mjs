// Serves on a block of the mock, through `winport`.
import { openReservationManager } from 'winport'
import { serveOnce } from './serve-once.mjs'

console.log(JSON.stringify(await serveOnce(await openReservationManager({ transport: 'mock' }))))
