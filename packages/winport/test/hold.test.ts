import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SimulatedProcess, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { RANGE, startOnSimulator } from './command-on-simulator.js'
import { finish } from './run-winport.js'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const SLOW_RELEASE = fileURLToPath(new URL('programs/slow-release.js', import.meta.url))

const simulator = new WinsockSimulator('hold', RANGE)
afterAll(() => simulator.destroy())
beforeEach(() => simulator.reset())

/** Resolves when the process has written the text to its stderr. */
async function prints(child: ChildProcess, text: string): Promise<void> {
  for (let seen = ''; !seen.includes(text); ) seen += (await once(child.stderr ?? child, 'data'))[0]
}

if (process.platform === 'linux') {
  describe.each(['koffi', 'napi'])('winport acquire --hold over %s', (backend) => {
    it.each(SIGNALS)(
      'refuses the ports to another process until %s, then releases them and exits with 0',
      async (signal) => {
        const { startPort } = RANGE
        const child = startOnSimulator({
          backend,
          command: 'acquire',
          passed: [[String(startPort), '20'], { matched: true, hold: true }],
          pool: simulator.pool,
        })
        const finished = finish(child)
        await prints(child, 'Held')
        const factory = backend === 'koffi' ? 'createKoffiTransport' : 'createNapiTransport'
        const module = new URL(import.meta.resolve(`@winport/transport-${backend}`))
        await using other = await SimulatedProcess.open(simulator, { module, factory }, false)
        for (const protocol of ['tcp', 'udp'] as const) {
          await expect(other.acquire(protocol, startPort + 19, 1)).rejects.toMatchObject({ code: 'WSAEADDRINUSE' })
        }
        expect(simulator.counts().runtimeReservationsOfAll).toBe(2)
        child.kill(signal)
        const { code, stdout, stderr } = await finished
        expect(stderr).toBe('Held until Ctrl-C.\nReleased.\n{"sockets":0,"reservations":0,"persistent":0}\n')
        expect(stdout).toMatch(/^protocol {2}both\n/)
        expect(code).toBe(0)
        await other.acquire('tcp', startPort, 20)
        await other.acquire('udp', startPort, 20)
      },
    )
  })

  it.each(SIGNALS)('a second signal, %s, ends the process at once while a release is pending', async (second) => {
    const child = spawn(process.execPath, [SLOW_RELEASE], { stdio: ['ignore', 'ignore', 'pipe'] })
    await prints(child, 'Held')
    child.kill('SIGINT')
    await prints(child, 'Releasing.')
    expect(child.exitCode).toBeNull()
    const exited = once(child, 'exit')
    child.kill(second)
    expect(await exited).toEqual([null, second])
  })
}
