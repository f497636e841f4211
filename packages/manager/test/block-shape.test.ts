import { describe, expect, it } from 'vitest'
import { SimulatedMachine } from './simulated-machine.js'

describe('a block', () => {
  const machine = new SimulatedMachine()

  it('has its protocol, first port, last port and count', async () => {
    const block = await machine.manager.acquire({ protocol: 'udp', startPort: 5000, count: 20 })
    expect(block).toMatchObject({ protocol: 'udp', startPort: 5000, endPort: 5019, count: 20 })
  })

  it("has all 64 bits of the kernel's token", async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 2 })
    const [reservation] = machine.kernel.inspect().reservations
    expect(typeof block.token).toBe('bigint')
    expect(block.token).toBe(reservation?.token)
    expect(block.token).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER))
  })

  it('yields its ports in order in each iteration', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 4 })
    expect([...block]).toEqual([5000, 5001, 5002, 5003])
    expect([...block]).toHaveLength(4)
  })

  it('may end at port 65535', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', startPort: 65_535, count: 1 })
    expect([...block]).toEqual([65_535])
    expect(block.endPort).toBe(65_535)
  })

  it('contains its ports and no others', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 4 })
    expect([4999, 5000, 5003, 5004].map((port) => block.contains(port))).toEqual([false, true, true, false])
    expect([5000.5, Number.NaN, Number.POSITIVE_INFINITY].some((port) => block.contains(port))).toBe(false)
  })

  it('converts to JSON with its token as a string', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 4 })
    const text = JSON.stringify({ block })
    expect(JSON.parse(text).block).toEqual({
      protocol: 'tcp',
      startPort: 5000,
      endPort: 5003,
      count: 4,
      token: block.token.toString(),
      tokenScope: block.tokenScope,
    })
  })

  it('says whether it is released', async () => {
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1 })
    expect(block.released).toBe(false)
    const released = block.release()
    expect(block.released).toBe(true)
    await released
    expect(block.released).toBe(true)
  })
})
