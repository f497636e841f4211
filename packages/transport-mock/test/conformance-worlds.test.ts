import { DEFAULT_WORLD, WORLD_ANSWERS, type World } from '@winport/transport/backend'
import {
  type ConformanceReport,
  conformanceTests,
  runConformance,
  settledAnswers,
} from '@winport/transport/conformance'
import { expect, it } from 'vitest'
import { MODERN_BUILD, MODERN_FEATURES, type MockTargetOptions, mockTarget } from './mock-target.js'

type Point = keyof World

/** All points but overlappedCall: the interface hides how an overlapped call ends. */
const visiblePoints = new Set(conformanceTests.flatMap(({ observe = [] }) => observe))

/** Each world that differs from the default in one answer. */
const worlds = (Object.keys(WORLD_ANSWERS) as Point[]).flatMap((point) =>
  WORLD_ANSWERS[point].slice(1).map((answer): [Point, string | number] => [point, answer]),
)

async function run(options: MockTargetOptions): Promise<ConformanceReport> {
  return await runConformance(mockTarget('the mock kernel', MODERN_BUILD, MODERN_FEATURES, options))
}

function failuresOf({ results }: ConformanceReport): readonly string[] {
  return results
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ number, title, mode, failure }) => `${number} ${title} (${mode}): ${failure}`)
}

function answersOf({ results }: ConformanceReport): Partial<Record<Point, readonly (string | number)[]>> {
  return Object.fromEntries(settledAnswers(results).map(({ point, seen }) => [point, seen]))
}

/** What a run of the suite sees of a world. */
function visible(world: World): Partial<Record<Point, readonly (string | number)[]>> {
  return Object.fromEntries([...visiblePoints].map((point) => [point, [world[point]]]))
}

it.each(worlds)('the suite passes in a world where %s is %s', async (point, answer) => {
  expect(failuresOf(await run({ world: { [point]: answer } }))).toEqual([])
})

// The suite goes other ways where the answer is not another error.
const otherWays = worlds.filter(([, answer]) => !/^(WSAE|ERROR_)/.test(String(answer)))

it.each([['portOrder', DEFAULT_WORLD.portOrder], ...otherWays])(
  'the suite finds out that %s is %s if the target states no world',
  async (point, answer) => {
    const report = await run({ world: { [point]: answer }, stated: null })
    expect(failuresOf(report)).toEqual([])
    expect(answersOf(report)).toEqual(visible({ ...DEFAULT_WORLD, [point]: answer }))
  },
)

it('the suite fails if the target states another world than that of its machine', async () => {
  const { results } = await run({ world: { blockServed: 'anchor-bound' }, stated: DEFAULT_WORLD })
  const failed = results.filter(({ outcome }) => outcome === 'failed')
  expect(failed.flatMap(({ observations }) => observations)).toContainEqual({
    point: 'blockServed',
    seen: 'anchor-bound',
  })
})
