import { ReservationManager } from '@winport/manager'
import { createKoffiTransport } from '@winport/transport-koffi'

// The processes of one WINSOCK_SIMULATOR_POOL share a simulated machine.
const { WINSOCK_SIMULATOR: winsock } = process.env

export async function openReservationManager() {
  const libraries = { winsock, ipHelper: winsock, kernel: winsock }
  return new ReservationManager({ transport: createKoffiTransport({ libraries }) })
}
