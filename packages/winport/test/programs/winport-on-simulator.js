// Stands in for the package `winport`: its backends call the simulator in place of the libraries of Windows. Start it with
// --import ./elevate.js.
import { ReservationManager } from '@winport/manager'
import { openTransport } from '../../dist/backends.js'

const { WINSOCK_SIMULATOR: library } = process.env
const libraries = { winsock: library, ipHelper: library, kernel: library }

export async function openReservationManager(options) {
  return new ReservationManager({ transport: await openTransport(options, { platform: process.platform, libraries }) })
}
