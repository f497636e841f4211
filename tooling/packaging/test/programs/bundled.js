// The entry point of the bundles. Serves on a block of the mock, or with an argument over the default backend of a machine
// whose Windows is the simulator: bundled.js [library]
import { ReservationManager } from '@winport/manager'
import { openReservationManager } from 'winport'
import { defaultEnvironment, openTransport } from './node_modules/winport/dist/backends.js'
import { SIMULATOR_PORT, serveOnce } from './serve-once.mjs'

const [library] = process.argv.slice(2)

async function run() {
  if (library === undefined) return await serveOnce(await openReservationManager({ transport: 'mock' }))
  const libraries = { winsock: library, ipHelper: library, kernel: library }
  const transport = await openTransport({}, { ...defaultEnvironment, libraries })
  return await serveOnce(new ReservationManager({ transport }), SIMULATOR_PORT)
}

// A bundle in CommonJS has no top-level await.
run().then(
  (served) => console.log(JSON.stringify(served)),
  ({ code, message }) => console.log(JSON.stringify({ code, message })),
)
