import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { problemsOf, readTables } from './behaviour-tables.js'

const directory = join(import.meta.dirname, '..')
const document = readFileSync(join(directory, 'BEHAVIOURS.md'), 'utf8')

describe('BEHAVIOURS.md', () => {
  it('has no empty cell, names only tests that there are, and every conformance test', () => {
    expect(problemsOf(document, directory)).toEqual([])
  })

  it('has a table for either page, the twelve documented errors, the 23 numbers, and the contract', () => {
    const rows = readTables(document)
    const countOf = (table: string) => rows.filter((row) => row.table === table).length
    expect(new Set(rows.map(({ table }) => table))).toEqual(
      new Set([
        'SIO_ASSOCIATE_PORT_RESERVATION',
        'SIO_RELEASE_PORT_RESERVATION',
        'Error codes',
        'By number',
        "The interface's own promises",
      ]),
    )
    expect(countOf('Error codes')).toBe(12 + 1)
    const numbers = rows.filter(({ table }) => table === 'By number').map(({ cells }) => cells['Number'])
    expect(numbers).toEqual(Array.from({ length: 23 }, (_, i) => String(i + 1)))
  })
})

const HEAD =
  '## A table\n\n| Statement | Where | Tests | Shown by | Through | Known |\n| --- | --- | --- | --- | --- | --- |\n'
const FILE = '[behaviour-tables.ts](test/behaviour-tables.ts)'

describe('the check of the tables notices', () => {
  it.each([
    ['an empty cell', '| x |  | `2` not a socket: WSAENOTSOCK | mock | WSAIoctl | documented |', "'Where' is empty"],
    ['a cell that is missing', '| x | y | `2` not a socket: WSAENOTSOCK | mock | WSAIoctl |', "'Known' is empty"],
    ['a row without a test', '| x | y |  | mock | WSAIoctl | documented |', "'Tests' is empty"],
    [
      'a title that the suite has not',
      '| x | y | `2` no such title | mock | WSAIoctl | documented |',
      'the suite has no',
    ],
    ['a title of another number', '| x | y | `3` not a socket: WSAENOTSOCK | mock | WSAIoctl | documented |', 'has no'],
    [
      'a file that is not there',
      '| x | y | [a.cc](b/a.cc) z | simulator | WSAIoctl | documented |',
      'there is no b/a.cc',
    ],
    [
      'a test that its file has not',
      `| x | y | ${FILE} nothing | koffi | WSAIoctl | documented |`,
      "no test 'nothing'",
    ],
    ['a backend that nobody knows', '| x | y | `2` not a socket: WSAENOTSOCK | ffi | WSAIoctl | documented |', "'ffi'"],
    ['a call that nobody knows', '| x | y | `2` not a socket: WSAENOTSOCK | mock | ioctl | documented |', "'ioctl'"],
    [
      'what is only assumed',
      '| x | y | `4` that failure is WSAEADDRINUSE | mock | WSAIoctl | documented |',
      'no test is',
    ],
    [
      'who shows none of it',
      '| x | y | `2` not a socket: WSAENOTSOCK | simulator | WSAIoctl | documented |',
      'shown by',
    ],
  ])('%s', (_what, row, problem) => {
    expect(problemsOf(`${HEAD}${row}\n`, directory).filter((found) => found.startsWith('A table: x: '))).toEqual(
      expect.arrayContaining([expect.stringContaining(problem)]),
    )
  })

  it('a conformance test that no row names, under its number neither', () => {
    const title = 'the ephemeral allocator skips reserved ports'
    expect(problemsOf(document.replaceAll(`\`9\` ${title}`, '`9` from another process too'), directory)).toEqual([
      `By number: 9: 9 ${title} is not named`,
      `no row names 9 ${title}`,
    ])
  })
})
