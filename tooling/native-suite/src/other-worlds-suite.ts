import { WORLD_ANSWERS, type World } from '@winport/transport/backend'
import { formatConformanceReport, runConformance, soundSums } from '@winport/transport/conformance'
import { leasePorts } from '@winport/windows'
import { type NativeBackend, simulatorFeatures, simulatorTarget, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, expect, it } from 'vitest'

/** Wildcards stay on leased ports: other tests use the ports above 1023 for real. */
const { wildcardPlace: _elsewhere, ...ANSWERS } = WORLD_ANSWERS

/** The world that has the nth answer of each point, counted round and round. World 0 is the default. */
function nthWorld(n: number): Partial<World> {
  return Object.fromEntries(Object.entries(ANSWERS).map(([point, answers]) => [point, answers[n % answers.length]]))
}

/** The conformance suite in other worlds. Together they have every answer: no point has more than three others. */
export async function defineOtherWorldsTests(backend: NativeBackend): Promise<void> {
  const simulator = new WinsockSimulator(`${backend.name}-other-worlds`, await leasePorts(1000))
  afterAll(() => simulator.destroy())

  it.each([1, 2, 3])('passes the suite in a world that differs in most points (%i)', async (n) => {
    simulator.setWorld(nthWorld(n))
    const report = await runConformance(simulatorTarget(backend, simulator))
    const failures = report.results
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ number, title, mode, failure }) => `${number} ${title} (${mode}): ${failure}`)
    expect(failures).toEqual([])
    expect(formatConformanceReport(report).split('\n').at(-1)).toBe(soundSums(simulatorFeatures))
  })
}
