// Serves over a backend on the simulator: backend-on-simulator.mjs <package> <factory> <library>
import { ReservationManager } from '@winport/manager'
import { SIMULATOR_PORT, serveOnce } from './serve-once.mjs'

const [backend, factory, library] = process.argv.slice(2)
const libraries = { winsock: library, ipHelper: library, kernel: library }
const { [factory]: createTransport } = await import(backend)
try {
  const manager = new ReservationManager({ transport: createTransport({ libraries }) })
  console.log(JSON.stringify(await serveOnce(manager, SIMULATOR_PORT)))
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }))
}
