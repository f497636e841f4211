// A block of the mock, through the front door, in CommonJS.
const { openReservationManager } = require('winport')
const { serveOnce } = require('./serve-once.mjs')

openReservationManager({ transport: 'mock' })
  .then((manager) => serveOnce(manager))
  .then((served) => console.log(JSON.stringify(served)))
