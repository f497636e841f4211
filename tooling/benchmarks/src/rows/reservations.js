// Acquire + release through the manager, against the same calls in C: a dual-stack socket, ACQUIRE, RELEASE, close.
import { ReservationManager } from '@winport/manager'
import { createKoffiTransport } from '@winport/transport-koffi'
import { simulatorLibraries } from '@winport/winsock-simulator'
import { floor } from '../floor.js'
import { withoutKnownFault } from '../known-fault.js'
import { measureInRounds } from '../rounds.js'
import { alsoByMean, ratioRow } from '../row.js'
import { simulate } from '../simulated-manager.js'

const CYCLES = 100
const PORTS = 20

const { simulator, manager } = simulate()
const koffi = new ReservationManager({ transport: createKoffiTransport({ libraries: simulatorLibraries }) })
const cycles = (managed) => async () => {
  for (let i = 0; i < CYCLES; i++) {
    const block = await managed.acquire({ protocol: 'tcp', count: PORTS })
    await block.release()
  }
}
const inWorld = (overlappedCall, run) => ({ before: () => simulator.setWorld({ overlappedCall }), run })

const times = await measureInRounds(
  {
    inC: inWorld('at-once', () => floor.reserve(PORTS, CYCLES)),
    napi: inWorld('at-once', cycles(manager)),
    koffi: inWorld('at-once', cycles(koffi)),
  },
  { rounds: 100, calls: CYCLES },
)
const overlapped = await measureInRounds(
  {
    atOnce: inWorld('at-once', withoutKnownFault(cycles(manager))),
    pendingComplete: inWorld('pending-complete', cycles(manager)),
  },
  { rounds: 60, calls: CYCLES },
)
await manager.close()
await koffi.close()
simulator.destroy()

const rows = [
  alsoByMean(ratioRow(1.35, 'napi: acquire + release, against the same calls in C', times.napi, times.inC)),
  ratioRow(1.9, 'koffi: acquire + release, against the same calls in C', times.koffi, times.inC),
  ratioRow(
    1.2,
    'napi: the calls pend but are complete, against calls that complete at once',
    overlapped.pendingComplete,
    overlapped.atOnce,
  ),
]
console.log(JSON.stringify(rows))
