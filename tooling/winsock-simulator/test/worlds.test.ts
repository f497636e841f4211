import { DEFAULT_WORLD, WORLD_ANSWERS, type World } from '@winport/transport/backend'
import { FIXED_PORTS, leaseFixedPorts } from '@winport/windows'
import { expect, it } from 'vitest'
import { WinsockSimulator } from '../src/winsock-simulator.ts'

const range = await leaseFixedPorts(FIXED_PORTS.simulatorPrograms)

function open(world: object): WinsockSimulator {
  const simulator = new WinsockSimulator('worlds', range, world)
  simulator.destroy()
  return simulator
}

it('knows every point and every answer of a world', () => {
  for (const [point, answers] of Object.entries(WORLD_ANSWERS)) {
    for (const answer of answers) expect(open({ [point]: answer }).world[point as keyof World]).toBe(answer)
  }
  expect(open({}).world).toEqual(DEFAULT_WORLD)
})

it.each([{ blockServed: 'never' }, { weather: 'fine' }, { bytesReturned: 9 }])('refuses the world %j', (world) => {
  expect(() => open(world)).toThrow('SetWorld(const char *description) failed: 87')
})
