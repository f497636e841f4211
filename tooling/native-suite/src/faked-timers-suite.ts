import { leasePorts } from '@winport/windows'
import { type NativeBackend, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, expect, it } from 'vitest'
import { runInOwnProcess } from './run-in-own-process.js'

/** The program refused-wait.js of the backend in a process where every timer is faked before the backend is loaded. */
export async function defineFakedTimersTests(backend: NativeBackend): Promise<void> {
  const simulator = new WinsockSimulator(`${backend.name}-faked-timers`, await leasePorts(100))
  afterAll(() => simulator.destroy())

  it('completes a call that the system refuses to wait for while tests fake all timers', async () => {
    const printed = await runInOwnProcess(backend, {
      script: 'refused-wait.js',
      passed: [],
      flags: ['--import', new URL('programs/faked-timers.js', import.meta.url).href],
      env: { WINSOCK_SIMULATOR_POOL: simulator.pool },
    })
    expect(printed).toBe('2\n')
  })
}
