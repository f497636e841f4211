import {
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import { ReservationManager } from '@winport/manager'
import { createKoffiTransport } from '@winport/transport-koffi'
import { MockKernel } from '@winport/transport-mock'
import { createNapiTransport } from '@winport/transport-napi'
import { simulatorLibraries, WinsockSimulator } from '@winport/winsock-simulator'
import { floor } from './floor.js'
import { measureInTurn } from './measure-in-turn.js'
import { promise } from './promise.js'
import { atMost } from './row.js'

const CYCLES = 50
const PORTS = 20

/**
 * Acquire and release through the manager, against the same four calls in C (socket, ACQUIRE, RELEASE, close) and the two
 * promises that it has to make. The target is for all four: README.md says why.
 */
export async function measureReservations() {
  const simulator = new WinsockSimulator('bench-reservations', { startPort: 61_000, count: 4000 })
  const managers = [
    createNapiTransport({ libraries: simulatorLibraries }),
    createKoffiTransport({ libraries: simulatorLibraries }),
    new MockKernel().openTransport(),
  ].map((transport) => new ReservationManager({ transport }))
  const [napi, koffi, mock] = managers.map((manager) => async () => {
    for (let i = 0; i < CYCLES; i++) {
      const block = await manager.acquire({ protocol: 'tcp', count: PORTS })
      await block.release()
    }
  })
  try {
    const median = await measureInTurn(
      {
        twoCalls: () => floor.timeReservations(PORTS, CYCLES, false),
        fourCalls: () => floor.timeReservations(PORTS, CYCLES, true),
        floor: floorCycles,
        napi,
        koffi,
        mock,
        promises: async () => {
          for (let i = 0; i < CYCLES; i++) {
            await promise()
            await promise()
          }
        },
      },
      CYCLES,
    )
    const twoCalls = median.twoCalls + median.promises
    const fourCalls = median.fourCalls + median.promises
    const socketAndClose = median.fourCalls - median.twoCalls
    const four = 'against the 4 calls in C + 2 promises'
    const two = 'against ACQUIRE + RELEASE in C + 2 promises'
    return [
      atMost(3, `napi: acquire + release, ${four}`, median.napi, fourCalls),
      atMost(undefined, `koffi: acquire + release, ${four}`, median.koffi, fourCalls),
      atMost(undefined, `mock: acquire + release, ${four}`, median.mock, fourCalls),
      atMost(undefined, `floor: the 4 calls, ${four}`, median.floor, fourCalls),
      atMost(undefined, `napi: acquire + release, ${two}`, median.napi, twoCalls),
      atMost(undefined, `napi: the same, less socket + close in C, ${two}`, median.napi - socketAndClose, twoCalls),
      atMost(undefined, 'raw C: the 4 calls, against ACQUIRE + RELEASE', median.fourCalls, median.twoCalls),
    ]
  } finally {
    for (const manager of managers) await manager.close()
    simulator.destroy()
  }
}

function floorCycles() {
  const question = new Uint8Array(INET_PORT_RANGE.size)
  const answer = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
  const token = answer.subarray(INET_PORT_RESERVATION_INSTANCE.offsetOf.Token)
  INET_PORT_RANGE.encode({ StartPort: 0, NumberOfPorts: PORTS }, question)
  for (let i = 0; i < CYCLES; i++) {
    const anchor = floor.openSocket()
    floor.ioctl(anchor, SIO_ACQUIRE_PORT_RESERVATION, question, answer)
    floor.ioctl(anchor, SIO_RELEASE_PORT_RESERVATION, token, null)
    floor.closeSocket(anchor)
  }
}
