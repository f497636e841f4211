import { DEFAULT_WORLD, WORLD_ANSWERS, type World } from '@winport/transport/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReservationError } from '../src/index.js'
import { promises } from './promises.js'
import { WorldMachine } from './world-machine.js'

// Runs the promises of API.md on machines of every world. WORLDS.md is what this finds: `vitest -u` writes it.

type Answers = Partial<World>
type Failures = ReadonlyMap<string, string>

const OWN_CODE = /^ERR_(?:PORT_RANGE|RESERVATION|ELEVATION)_/

/** @returns the code that a promise fails with, if it is one of the manager's own. @throws every other error */
async function failureIn(world: Answers, name: string): Promise<string | undefined> {
  try {
    await using machine = new WorldMachine(world)
    await promises[name]?.(machine)
  } catch (error) {
    if (error instanceof ReservationError && OWN_CODE.test(error.code)) return error.code
    throw new Error(`Broken: ${name}`, { cause: error })
  }
  return undefined
}

async function failuresIn(world: Answers): Promise<Failures> {
  const found = new Map<string, string>()
  for (const name of Object.keys(promises)) {
    const code = await failureIn(world, name)
    if (code !== undefined) found.set(name, code)
  }
  return found
}

const points = Object.keys(WORLD_ANSWERS) as (keyof World)[]
const otherAnswers = points.flatMap((point) =>
  WORLD_ANSWERS[point]
    .filter((answer) => answer !== DEFAULT_WORLD[point])
    .map((answer) => ({ point, answer, world: { [point]: answer } as Answers })),
)

/** What fails in a world that differs from the default in one answer, by that answer. */
const failures = new Map<string, Failures>()

describe('the manager keeps its promises', () => {
  it('in the default world', async () => {
    expect(await failuresIn({})).toEqual(new Map())
  })

  it.each(otherAnswers)('or fails with a code of its own, if $point is $answer', async ({ point, answer, world }) => {
    failures.set(`${point}: ${answer}`, await failuresIn(world))
  })

  it('as WORLDS.md says', async () => {
    await expect(describeWorlds()).toMatchFileSnapshot('../WORLDS.md')
  })

  it('in random worlds, where it fails at most as it does for each answer alone', async () => {
    const anyWorld = fc.record(
      Object.fromEntries(points.map((point) => [point, fc.constantFrom<unknown>(...WORLD_ANSWERS[point])])),
    )
    const anyName = fc.constantFrom(...Object.keys(promises))
    await fc.assert(
      fc.asyncProperty(anyWorld, anyName, async (world, name) => {
        const code = await failureIn(world as Answers, name)
        if (code === undefined) return
        const alone = Object.entries(world).map(([point, answer]) => failures.get(`${point}: ${answer}`)?.get(name))
        expect(alone).toContain(code)
      }),
      { numRuns: 500 },
    )
  })
})

function describeWorlds(): string {
  const names = Object.keys(promises)
  const rows = otherAnswers.map(({ point, answer }) => {
    const failed = [...(failures.get(`${point}: ${answer}`) ?? [])]
    const found = failed.map(([name, code]) => `${names.indexOf(name) + 1} rejects with \`${code}\``).join('; ')
    return [`\`${point}\``, `\`${answer}\``, found === '' ? 'all hold' : found]
  })
  return [
    '# Promises and worlds',
    '',
    'No document settles how Windows answers in some situations. `World` in `@winport/transport/backend` lists them with the',
    'possible answers. `test/worlds.test.ts` runs every promise of [API.md](API.md) on the mock: in the world of the default',
    'answers, in each world that differs in one answer, and in random combinations of answers, where a promise fails at most as',
    'it does for one of the answers alone. This file is what the test finds; `vitest -u` writes it.',
    '',
    '## Promises',
    '',
    ...names.map((name, index) => `${index + 1}. ${name}`),
    '',
    '## Worlds',
    '',
    ...tableOf([['point', 'answer', 'promises'], ['', 'the default answers', 'all hold'], ...rows]),
    '',
  ].join('\n')
}

function tableOf(rows: readonly string[][]): string[] {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
  return [...lines.slice(0, 1), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)]
}
