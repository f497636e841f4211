import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExcludedRanges } from '../src/excluded-ranges.js'
import { encode, NETSH_LANGUAGES } from './netsh-languages.js'

const RANGES = [
  { startPort: 8063, endPort: 8162, administered: false },
  { startPort: 50_000, endPort: 50_059, administered: true },
]

function table(rows: string, heading = 'Protocol tcp Port Exclusion Ranges', footer = ''): string {
  return `\n${heading}\n\nStart Port    End Port      \n----------    --------      \n${rows}\n${footer}\n\n`
}

const ROWS = '      8063        8162      \n     50000       50059     *\n'

describe('parseExcludedRanges', () => {
  it.each(NETSH_LANGUAGES)('reads $language in the bytes of $codePage', ({ codePage, heading, columns, footer }) => {
    const text = table(ROWS, heading, footer).replace('Start Port    End Port', columns)
    const bytes = encode(text.replaceAll('\n', '\r\n'), codePage)
    expect(parseExcludedRanges(Buffer.from(bytes).toString('latin1'))).toEqual(RANGES)
    expect(parseExcludedRanges(text)).toEqual(RANGES)
  })

  it.each(['\n', '\r\n', '\r\r\n'])('reads lines that end in %j', (end) => {
    expect(parseExcludedRanges(table(ROWS).replaceAll('\n', end))).toEqual(RANGES)
  })

  it('returns no ranges for a table without rows', () => {
    expect(parseExcludedRanges(table(''))).toEqual([])
  })

  it.each([
    ['nothing', ''],
    ['a blank line', '\r\n'],
    ['an error', 'The following command was not found: int ipv4 show excludedportrange.'],
    ['rows without the line of dashes', ROWS],
    ['a range that ends before it starts', table('      8162        8063      ')],
    ['a port above 65535', table('     65500       65536      ')],
  ])('returns undefined for %s', (_what, text) => {
    expect(parseExcludedRanges(text)).toBeUndefined()
  })

  it('returns what was printed, whatever the words are', () => {
    const port = fc.integer({ min: 0, max: 65_535 })
    const range = fc.record({ a: port, b: port, administered: fc.boolean() }).map(({ a, b, administered }) => ({
      startPort: Math.min(a, b),
      endPort: Math.max(a, b),
      administered,
    }))
    const words = fc.string().filter((text) => !/[\n]|-{3}|^[\s\d*]*$/.test(text))
    fc.assert(
      fc.property(fc.array(range), words, words, fc.constantFrom('\n', '\r\n'), (ranges, heading, footer, end) => {
        const rows = ranges.map(
          ({ startPort, endPort, administered }) =>
            `${String(startPort).padStart(10)}  ${String(endPort).padStart(10)}${administered ? '     *' : '      '}\n`,
        )
        const text = table(rows.join(''), heading, footer)
        expect(parseExcludedRanges(text.replaceAll('\n', end))).toEqual(ranges)
      }),
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const ranges = parseExcludedRanges(`---- ----\n${text}`)
        expect(ranges === undefined || ranges.every(({ startPort, endPort }) => startPort <= endPort)).toBe(true)
      }),
    )
  })
})
