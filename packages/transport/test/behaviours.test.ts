import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { problemsOf, readBehaviours } from './behaviour-tables.js'

const directory = join(import.meta.dirname, '..')
const document = readFileSync(join(directory, 'BEHAVIOURS.md'), 'utf8')

describe('BEHAVIOURS.md', () => {
  it('has no empty cell and no long line, names only tests that exist, and every conformance test', () => {
    expect(problemsOf(document, directory)).toEqual([])
  })

  it('has the 23 behaviours, the worlds, the error codes, the statements of the pages, and the contract', () => {
    const { rows } = readBehaviours(document)
    expect([...new Set(rows.map(({ section }) => section))]).toEqual([
      'Behaviours',
      'Worlds',
      'Error codes',
      "Microsoft's pages, statement by statement",
      "The interface's own promises",
    ])
    const headings = new Set(rows.filter(({ section }) => section === 'Behaviours').map(({ heading }) => heading))
    expect([...headings].map((heading) => Number.parseInt(heading, 10))).toEqual(
      Array.from({ length: 23 }, (_, i) => i + 1),
    )
    const errors = rows.filter(({ section }) => section === 'Error codes').map(({ cells }) => cells['Number'])
    expect(new Set(errors).size).toBe(12 + 2) // the documented ones, WSAENOBUFS and any other
  })
})

const HEAD = '## A table\n\n| Statement | Where | Source | Tests |\n| --- | --- | --- | --- |\n'
const TEST = '`2` the three codes fail with WSAENOTSOCK on a closed socket'
const LINK = '\n[behaviour-tables.ts]: test/behaviour-tables.ts\n[b.cc]: a/b.cc\n[a.ts]: test/behaviour-tables.ts\n'

describe('the check of the document notices', () => {
  it.each([
    ['an empty cell', `| x |  | documented | ${TEST} |`, "'Where' is empty"],
    ['a missing cell', '| x | y | documented |', "'Tests' is empty"],
    ['an unknown source', `| x | y | guessed | ${TEST} |`, "'guessed' is no source"],
    ['an unknown title', '| x | y | documented | `2` no such title |', 'the suite has no test'],
    ['a title under another number', `| x | y | documented | ${TEST.replace('2', '3')} |`, 'the suite has no test'],
    ['a citation that is no test', '| x | y | documented | some test |', "'some test' names no test"],
    ['a link without a target', '| x | y | documented | [c.cc] z |', '[c.cc] has no target'],
    ['a missing file', '| x | y | documented | [b.cc] z |', 'there is no a/b.cc'],
    ['a file of another name', '| x | y | documented | [a.ts] z |', 'is called a.ts'],
    ['a title that its file lacks', '| x | y | documented | [behaviour-tables.ts] nothing |', "no test 'nothing'"],
    ['an empty cell above a repeated one', `| x |  | documented | ${TEST} |\n| x | ″ | ″ | ″ |`, "'Where' is empty"],
  ])('%s', (_what, row, problem) => {
    expect(problemsOf(`${HEAD}${row}\n${LINK}`, directory).filter((found) => found.startsWith('A table: x: '))).toEqual(
      expect.arrayContaining([expect.stringContaining(problem)]),
    )
  })

  it.each([
    [
      'a conformance test that is not listed',
      '- observed: the ephemeral allocator skips reserved ports\n',
      '',
      "'9 the ephemeral allocator skips reserved ports' is not listed",
    ],
    [
      'a wrong source of a test',
      '- observed: the ephemeral allocator',
      '- documented: the ephemeral allocator',
      "9. Reserved ports and other sockets: 'the ephemeral allocator skips reserved ports' is observed, not documented",
    ],
    [
      'a wrong answer of a world',
      '| success | ERROR_ACCESS_DENIED |',
      '| success | ERROR_NOT_FOUND |',
      "Worlds: lookupUnelevated: 'Other answers' is 'ERROR_ACCESS_DENIED' in the code",
    ],
    ['an unknown point', '| `portOrder` | the', '| `portorder` | the', "Worlds: there is no point 'portorder'"],
    ['a missing point', '| `portOrder` | the', '| `portorder` | the', "Worlds: 'portOrder' is missing"],
    ['a line that is too long', '## Worlds', `## Worlds ${'x'.repeat(200)}`, 'is longer than 200'],
  ])('%s', (_what, text, replacement, problem) => {
    expect(document).toContain(text)
    expect(problemsOf(document.replace(text, replacement), directory)).toContainEqual(expect.stringContaining(problem))
  })
})
