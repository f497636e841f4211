import { runInOwnProcess } from '@winport/native-suite'
import { leasePorts } from '@winport/windows'
import { WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, expect, it } from 'vitest'
import { koffiBackend } from './koffi-backend.js'

const simulator = new WinsockSimulator('koffi-steady-calls', await leasePorts(500))
afterAll(() => simulator.destroy())

it('does not leak heap, RSS or sockets in 100,000 calls of all kinds', async () => {
  const { heapUsed, arrayBuffers, rss, sockets, left } = JSON.parse(
    await runInOwnProcess(koffiBackend, {
      script: 'steady-calls.js',
      passed: ['100000'],
      flags: ['--expose-gc', '--max-semi-space-size=4'],
      env: { WINSOCK_SIMULATOR_POOL: simulator.pool },
    }),
  )
  expect(heapUsed).toBeLessThan(300_000)
  expect(arrayBuffers).toBeLessThan(10_000)
  expect(rss).toBeLessThan(8_000_000)
  expect(sockets).toBe(0)
  expect(left).toEqual({ openSockets: 0, runtimeReservations: 0, pendingCalls: 0, startups: 0 })
})
