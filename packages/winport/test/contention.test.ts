import { setTimeout } from 'node:timers/promises'
import { SystemCallError } from '@winport/transport'
import { leasePorts } from '@winport/windows'
import { SimulatedProcess, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'

// Real processes, each with its own transport, contend for one pool of ports.

const RANGE = await leasePorts(40)
const LARGEST_BLOCK = 8
const TURNS = 60

const simulator = new WinsockSimulator('contention', RANGE)
afterAll(() => simulator.destroy())
beforeEach(() => simulator.reset())

const BACKENDS = [
  { name: 'koffi', module: import.meta.resolve('@winport/transport-koffi'), factory: 'createKoffiTransport' },
  { name: 'napi', module: import.meta.resolve('@winport/transport-napi'), factory: 'createNapiTransport' },
]

describe.each(BACKENDS)('processes over $name', ({ module, factory }) => {
  const open = () => SimulatedProcess.open(simulator, { module: new URL(module), factory }, false)

  it.each([2, 8])('%i processes never hold the same port at the same time', async (count) => {
    const processes = await Promise.all(Array.from({ length: count }, open))
    try {
      const holders = new Map<number, number>()
      const granted = await Promise.all(processes.map((process, number) => contend(process, number, holders)))
      expect(Math.min(...granted), 'each process acquires a block').toBeGreaterThan(0)
      expect(holders.size).toBe(0)
    } finally {
      for (const process of processes) await process[Symbol.asyncDispose]()
    }
    expect(simulator.counts().runtimeReservationsOfAll).toBe(0)
  })

  it('the reservations of a killed process end', async () => {
    const victims = await Promise.all(Array.from({ length: 4 }, open))
    for (const [number, victim] of victims.entries()) {
      await victim.acquire('tcp', RANGE.startPort + 10 * number, 10)
      await victim.acquire('udp', RANGE.startPort + 10 * number, 10)
    }
    await using survivor = await open()
    await expect(survivor.acquire('tcp', RANGE.startPort, RANGE.count)).rejects.toMatchObject({ code: 'WSAEADDRINUSE' })
    await Promise.all(victims.map((victim) => victim.kill()))
    await survivor.acquire('tcp', RANGE.startPort, RANGE.count)
    await survivor.acquire('udp', RANGE.startPort, RANGE.count)
  })
})

/** Acquires and releases overlapping blocks. Fails if another process holds an acquired port. @returns the blocks acquired */
async function contend(process: SimulatedProcess, number: number, holders: Map<number, number>): Promise<number> {
  let granted = 0
  for (let turn = 0; turn < TURNS; turn++) {
    const count = 1 + ((turn * 5 + number) % LARGEST_BLOCK)
    const start = RANGE.startPort + ((turn * 7 + number * 3) % (RANGE.count - count))
    const token = await process.acquire('tcp', start, count).catch((error: unknown) => {
      if (error instanceof SystemCallError && error.code === 'WSAEADDRINUSE') return undefined
      throw error
    })
    if (token === undefined) continue
    granted++
    for (let port = start; port < start + count; port++) {
      expect(holders.get(port), `another process holds port ${port}, which process ${number} acquired`).toBeUndefined()
      holders.set(port, number)
    }
    await setTimeout(turn % 3)
    for (let port = start; port < start + count; port++) holders.delete(port)
    await process.release('tcp', token)
  }
  return granted
}
