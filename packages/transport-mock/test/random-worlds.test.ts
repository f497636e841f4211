import { WORLD_ANSWERS, type World } from '@winport/transport/backend'
import { runConformance } from '@winport/transport/conformance'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MODERN_BUILD, MODERN_FEATURES, mockTarget } from './mock-target.js'

const anyWorld = fc.record(
  Object.fromEntries(Object.entries(WORLD_ANSWERS).map(([point, answers]) => [point, fc.constantFrom(...answers)])),
) as fc.Arbitrary<unknown> as fc.Arbitrary<World>

/** The titles of the failed tests. */
async function failuresIn(world: World, isStated: boolean, avoidHostPorts: boolean): Promise<readonly string[]> {
  const options = { world, avoidHostPorts, ...(isStated ? {} : { stated: null }) }
  const { results } = await runConformance(mockTarget('the mock', MODERN_BUILD, MODERN_FEATURES, options))
  return results
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ title, mode, failure }) => `${title} (${mode}): ${failure}`)
}

it('the conformance suite passes over the mock in random worlds, stated or not', async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld, fc.boolean(), async (world, isStated) => {
      const failures = await failuresIn(world, isStated, false)
      // Another program of the host may use a port of the mock. A kernel that avoids such ports is slower.
      expect(failures.length === 0 ? failures : await failuresIn(world, isStated, true)).toEqual([])
    }),
    { numRuns: 100 },
  )
})
