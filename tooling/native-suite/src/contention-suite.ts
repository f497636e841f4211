import { setTimeout } from 'node:timers/promises'
import { SystemCallError } from '@winport/transport'
import { leasePorts, type TestPorts } from '@winport/windows'
import { type NativeBackend, SimulatedProcess, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'

const LARGEST_BLOCK = 8
const TURNS = 60

/** Real processes, each with its own transport, contend for one pool of ports. */
export async function defineContentionTests(backend: NativeBackend): Promise<void> {
  const ports = await leasePorts(40)
  const simulator = new WinsockSimulator(`${backend.name}-contention`, ports)
  afterAll(() => simulator.destroy())
  beforeEach(() => simulator.reset())

  const open = () => SimulatedProcess.open(simulator, backend, false)

  describe(`processes over ${backend.name}`, () => {
    it.each([2, 8])('%i processes never hold the same port at the same time', async (count) => {
      const processes = await Promise.all(Array.from({ length: count }, open))
      try {
        const holders = new Map<number, number>()
        const granted = await Promise.all(processes.map((process, number) => contend(process, ports, number, holders)))
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
        await victim.acquire('tcp', ports.startPort + 10 * number, 10)
        await victim.acquire('udp', ports.startPort + 10 * number, 10)
      }
      await using survivor = await open()
      const whole = () => survivor.acquire('tcp', ports.startPort, ports.count)
      await expect(whole()).rejects.toMatchObject({ code: 'WSAEADDRINUSE' })
      await Promise.all(victims.map((victim) => victim.kill()))
      await whole()
      await survivor.acquire('udp', ports.startPort, ports.count)
    })
  })
}

/** Acquires and releases overlapping blocks. Fails if another process holds an acquired port. @returns the blocks acquired */
async function contend(
  process: SimulatedProcess,
  ports: TestPorts,
  number: number,
  holders: Map<number, number>,
): Promise<number> {
  let granted = 0
  for (let turn = 0; turn < TURNS; turn++) {
    const count = 1 + ((turn * 5 + number) % LARGEST_BLOCK)
    const start = ports.startPort + ((turn * 7 + number * 3) % (ports.count - count))
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
