import { WORLD_ANSWERS, type World } from '@winport/transport/backend'
import { runConformance } from '@winport/transport/conformance'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MODERN_BUILD, MODERN_FEATURES, mockTarget } from './mock-target.js'

const anyWorld = fc.record(
  Object.fromEntries(Object.entries(WORLD_ANSWERS).map(([point, answers]) => [point, fc.constantFrom(...answers)])),
) as fc.Arbitrary<unknown> as fc.Arbitrary<World>

/** The error of Node where the host uses the port. It says nothing of the kernel, which ignores the host here to be fast. */
const USED_ON_HOST = /\b(listen|bind|connect) EADDRINUSE\b/

it('the conformance suite passes over the mock in random worlds, stated or not', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld, fc.boolean(), async (world, isStated) => {
      const options = { world, avoidHostPorts: false, ...(isStated ? {} : { stated: null }) }
      const { results } = await runConformance(mockTarget('the mock', MODERN_BUILD, MODERN_FEATURES, options))
      const failures = results
        .filter(({ outcome, failure }) => outcome === 'failed' && !USED_ON_HOST.test(String(failure)))
        .map(({ title, mode, failure }) => `${title} (${mode}): ${failure}`)
      expect(failures).toEqual([])
    }),
    { numRuns: 100 },
  )
})
