// Serves on a block of the mock, through `winport`, in CommonJS.
const { openReservationManager } = require('winport')
const { serveOnce } = require('./serve-once.mjs')

openReservationManager({ transport: 'mock' })
  .then((manager) => serveOnce(manager))
  .then((served) => console.log(JSON.stringify(served)))
