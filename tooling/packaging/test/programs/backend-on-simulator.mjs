// Serves over a backend on the simulator: backend-on-simulator.mjs <package> <factory> <library>
import { ReservationManager } from '@winport/manager'
import { serveOnce } from './serve-once.mjs'

// Not in the dynamic range of Windows: the ports are real, and other suites on simulators use that range.
const START_PORT = 23_400

const [backend, factory, library] = process.argv.slice(2)
const libraries = { winsock: library, ipHelper: library, kernel: library }
const { [factory]: createTransport } = await import(backend)
try {
  const manager = new ReservationManager({ transport: createTransport({ libraries }) })
  console.log(JSON.stringify(await serveOnce(manager, START_PORT)))
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }))
}
