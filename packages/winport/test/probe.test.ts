import { setTimeout } from 'node:timers/promises'
import { type ConformanceFeature, hasIPv6, soundSums } from '@winport/transport/conformance'
import { WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { RANGE, startOnSimulator } from './command-on-simulator.js'
import { finish, runWinport } from './run-winport.js'

const NOTHING_LEFT = '{"sockets":0,"reservations":0,"persistent":0}\n'

const bare: readonly ConformanceFeature[] = ['socket-table', ...(hasIPv6() ? (['ipv6'] as const) : [])]
const known = new Set<ConformanceFeature>([...bare, 'other-process', 'runtime-reservations'])
/** The features of a machine without any preparation, with elevation and without. */
const elevatedFeatures = new Set<ConformanceFeature>([...known, 'persistent-reservations'])
const plainFeatures = new Set<ConformanceFeature>([...known, 'unelevated'])

const simulator = new WinsockSimulator('probe', RANGE)
afterAll(() => simulator.destroy())
beforeEach(() => simulator.reset())

describe('winport probe on the mock', () => {
  it('says that it is a simulation, and prints the number, the source and the observation of each behaviour', async () => {
    const { code, stdout, stderr } = await runWinport('probe', '--transport', 'mock')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^winport probe on the mock backend: a simulation/)
    expect(stdout).toMatch(/^winport {3}\d+\.\d+\.\d+ on Node\.js v\d+/m)
    expect(stdout).toMatch(
      /^ +6 {2}unsettled +passed +bind of an associated socket fails for a port outside .*\n +WSA\w+$/m,
    )
    expect(stdout).toMatch(/^ +22 {2}documented +passed +any elevated process can use a persistent reservation$/m)
    expect(stdout).toMatch(/^ +7 {2}observed +not shown +ACQUIRE fails for a range that overlaps an administered/m)
    expect(stdout).toMatch(/\nSettled on this machine\n +18 {2}blockServed .*: at-once\n/)
    expect(stdout).toContain(`\n${soundSums(elevatedFeatures)}\n`)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Every test that could run on this machine passed.')
  })

  it('prints one line of JSON', async () => {
    const { code, stdout, stderr } = await runWinport('probe', '--transport', 'mock', '--json')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout.trimEnd()).not.toContain('\n')
    const { backend, settled, machine, held, features, refusals, results } = JSON.parse(stdout)
    expect({ backend, held, refusals }).toEqual({ backend: 'mock', held: true, refusals: [] })
    expect(machine).toMatchObject({ platform: process.platform, versions: { node: process.version } })
    expect(new Set(features)).toEqual(new Set(elevatedFeatures))
    expect(settled[0]).toMatchObject({ point: 'blockServed', number: 18, seen: ['at-once'] })
    expect(results).toContainEqual({
      number: 12,
      source: 'supported',
      title: 'ACQUIRE fails with WSAEINVAL for no ports and for a range past 65535',
      mode: 'overlapped',
      outcome: 'passed',
      seen: ['WSAEINVAL'],
      observations: [],
    })
  })
})

if (process.platform === 'linux') {
  describe('winport probe on the simulator', () => {
    const probe = (backend: string, env: Record<string, string>, json = false) =>
      finish(startOnSimulator({ backend, command: 'probe', passed: [{ json }], pool: simulator.pool, env }))

    it.each(['koffi', 'napi'])(
      'over %s, elevated: runs the tests that a real Windows can run, and leaves nothing behind',
      async (backend) => {
        const { code, stdout, stderr } = await probe(backend, {})
        expect(stderr, stdout).toBe(NOTHING_LEFT)
        expect(stdout).toMatch(new RegExp(`^winport probe on the ${backend} backend: a simulation of Windows, `))
        expect(stdout).toMatch(/^build {5}26100 has port reservations/m)
        expect(stdout).toMatch(/^elevated {2}yes$/m)
        for (const title of [
          'any elevated process can use a persistent reservation',
          "ASSOCIATE and RELEASE fail with another process' runtime token",
        ]) {
          expect(stdout).toMatch(new RegExp(`passed +${title}$`, 'm'))
        }
        expect(stdout).toContain(`\n${soundSums(elevatedFeatures)}\n`)
        expect(code).toBe(0)
      },
    )

    it('not elevated: says so, and does not test persistent reservations', async () => {
      const { code, stdout, stderr } = await probe('napi', { ELEVATED: '0' })
      expect(stderr, stdout).toBe(NOTHING_LEFT)
      expect(stdout).toMatch(/^elevated {2}no/m)
      expect(stdout).toMatch(/^refused {3}CreatePersistentTcpPortReservation: ERROR_ACCESS_DENIED\. .*elevated prompt/m)
      expect(stdout).toMatch(/^ +20 {2}unsettled +not shown +Create over an administered exclusion/m)
      expect(stdout).toMatch(/^ +18 {2}contract +not shown +the persistent calls fail with ERROR_PROC_NOT_FOUND/m)
      expect(stdout).toContain(`\n${soundSums(plainFeatures)}\n`)
      expect(code).toBe(0)
    })

    it('prints the behaviour that differs and where to report it, and exits with 1', async () => {
      const { code, stdout, stderr } = await probe('koffi', { RELEASE: '6.0.5384' })
      expect(stderr, stdout).toBe(
        `Error: 1 behaviour of this machine differed from what winport expects.\n${NOTHING_LEFT}`,
      )
      expect(code).toBe(1)
      expect(stdout).toMatch(/^ +18 {2}documented +failed +ACQUIRE works from Windows Vista on$/m)
      const [, outcome = ''] = stdout.split('\n1 behaviour differed from what winport expects:\n')
      expect(outcome).toMatch(
        /^ {2}18 documented, blocking: ACQUIRE works .*\n {4}AssertionError.*: build 5384 is before Windows Vista\n/,
      )
      expect(outcome).toMatch(/\n {2}18 documented, overlapped: /)
      expect(outcome).toContain('`winport probe --json`')
    })

    it('prints the same in JSON', async () => {
      const env = { RELEASE: '6.0.5384', NETSH: `1025+${RANGE.count}`, ELEVATED: '0' }
      const { code, stdout } = await probe('napi', env, true)
      expect(code).toBe(1)
      const { held, machine, refusals, results } = JSON.parse(stdout)
      expect(held).toBe(false)
      expect(machine.dynamicPorts.tcp).toEqual({ startPort: 1025, count: RANGE.count })
      expect(refusals).toEqual([
        { syscall: 'CreatePersistentTcpPortReservation', code: 'ERROR_ACCESS_DENIED', errno: 5 },
      ])
      const failed = results.filter(({ outcome }: { outcome: string }) => outcome === 'failed')
      expect(failed).toHaveLength(2)
      expect(failed[0]).toMatchObject({ number: 18, source: 'documented', failure: expect.stringContaining('5384') })
      const observations = results.flatMap(({ observations }: { observations: object[] }) => observations)
      expect(observations).toContainEqual({ point: 'wildcardPlace', seen: 'above-1023' })
    })

    it('deletes the persistent reservation that it created when it is interrupted', async () => {
      const child = startOnSimulator({ backend: 'koffi', command: 'probe', pool: simulator.pool })
      const finished = finish(child)
      while (simulator.counts().persistentReservations === 0) await setTimeout(1)
      child.kill('SIGINT')
      const { code, stdout, stderr } = await finished
      expect(stderr).toBe(`Error: The probe was interrupted. All its reservations are released.\n${NOTHING_LEFT}`)
      expect(stdout).toBe('')
      expect(code).toBe(1)
      expect(simulator.counts()).toMatchObject({ persistentReservations: 0, runtimeReservationsOfAll: 0 })
    })
  })
}
