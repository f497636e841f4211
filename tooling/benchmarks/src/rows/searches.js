// A search that is refused at each place, against the same refusals in C.
import { floor } from '../floor.js'
import { measureInRounds } from '../rounds.js'
import { ratioRow } from '../row.js'
import { simulate } from '../simulated-manager.js'

const PORTS = 20
const FROM = 30_000
const PLACES = 1000

const { simulator, manager } = simulate()
const to = FROM + PLACES + PORTS - 2
simulator.addExclusion('tcp', FROM, to - FROM + 1)
const search = async () => {
  try {
    await manager.acquire({ protocol: 'tcp', count: PORTS, within: [FROM, to] })
  } catch (error) {
    if (error.code === 'ERR_PORT_RANGE_IN_USE') return
    throw error
  }
  throw new Error('the search found a place')
}
const times = await measureInRounds(
  { winport: search, inC: () => floor.refuse(FROM, PORTS, PLACES) },
  { rounds: 50, calls: PLACES },
)
await manager.close()
simulator.destroy()
console.log(
  JSON.stringify([
    ratioRow(9, 'napi: a refused place of a search, against the refused call in C', times.winport, times.inC),
  ]),
)
