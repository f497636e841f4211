import { WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { RANGE, startOnSimulator } from './command-on-simulator.js'
import { type Finished, finish } from './run-winport.js'

const simulator = new WinsockSimulator('persistent-command', RANGE)
afterAll(() => simulator.destroy())
beforeEach(() => simulator.reset())

if (process.platform === 'linux') {
  describe.each(['koffi', 'napi'])('winport persistent over %s', (backend) => {
    /** Each command is a new process. */
    const persistent = async (verb: string, json: boolean, env: Record<string, string> = {}): Promise<Finished> => {
      const passed = [verb, 'udp', '5000', '20', { json }]
      return await finish(startOnSimulator({ backend, command: 'persistent', passed, pool: simulator.pool, env }))
    }
    const left = (persistent: number) => `{"sockets":0,"reservations":0,"persistent":${persistent}}\n`

    it('creates, finds, ensures and deletes a reservation that outlives each command', async () => {
      const created = await persistent('create', true)
      expect(created).toMatchObject({ code: 0, stderr: left(1) })
      const { token, ...range } = JSON.parse(created.stdout)
      expect(range).toEqual({ protocol: 'udp', startPort: 5000, endPort: 5019, count: 20, transport: backend })
      expect(token).toMatch(/^\d{2,}$/)

      expect(await persistent('lookup', true, { ELEVATED: '0' })).toEqual(created)
      expect(await persistent('ensure', true, { ELEVATED: '0' })).toEqual(created)

      const denied = await persistent('delete', false, { ELEVATED: '0' })
      expect(denied).toMatchObject({ code: 1, stdout: '' })
      expect(denied.stderr).toMatch(
        /^ReservationError: .*UDP ports 5000-5019 needs an elevated process: run it as admin/,
      )

      expect(await persistent('delete', false)).toEqual({ code: 0, stdout: 'udp 5000-5019 deleted\n', stderr: left(0) })
      expect(await persistent('lookup', false)).toMatchObject({ code: 1, stdout: '' })

      const { stdout } = await persistent('ensure', false)
      expect(stdout).toMatch(/^protocol {2}udp\nstart {5}5000\nend {7}5019\ncount {5}20\ntoken {5}\d+\n$/)
      const deleted = await persistent('delete', true)
      expect(deleted.stderr).toBe(left(0))
      expect(JSON.parse(deleted.stdout)).toEqual({ protocol: 'udp', startPort: 5000, count: 20, transport: backend })
    })
  })
}
