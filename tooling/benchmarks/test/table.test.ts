import { describe, expect, it } from 'vitest'
import { alsoByMean, middleRows, ratioRow, valueRow } from '../src/row.js'
import { mean, median, quantile, ratios } from '../src/statistics.js'
import { table } from '../src/table.js'

describe('the statistics', () => {
  it('finds the mean, the median and any quantile', () => {
    expect(mean([1, 2, 6])).toBe(3)
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(quantile([0, 10, 20, 30, 40], 0.95)).toBeCloseTo(38)
    expect(quantile([7], 0.95)).toBe(7)
  })

  it('compares two series round by round, so that one disturbed round does not count', () => {
    const reference = [1, 1, 1, 10, 1]
    const { median, mean, p95 } = ratios([2, 2, 2, 20, 90], reference)
    expect(median).toBe(2)
    expect(mean).toBeCloseTo(116 / 14)
    expect(p95).toBeCloseTo(76 / 8.2)
  })
})

describe('a row', () => {
  it('meets a limit that its median does not exceed', () => {
    expect(ratioRow(1.5, 'a', [3, 3, 30], [2, 2, 2])).toMatchObject({ median: 1.5, met: true })
    expect(ratioRow(1.5, 'a', [3.1, 3.1, 3], [2, 2, 2]).met).toBe(false)
  })

  it('meets it with its mean as well, where that is asked for', () => {
    expect(alsoByMean(ratioRow(1.5, 'a', [3, 3, 3], [2, 2, 2])).met).toBe(true)
    expect(alsoByMean(ratioRow(1.5, 'a', [3, 3, 30], [2, 2, 2])).met).toBe(false)
  })

  it('misses every limit without a measured value', () => {
    expect(ratioRow(1.5, 'a', [], []).met).toBe(false)
  })

  it('says which times it compares, in a unit that fits', () => {
    expect(ratioRow(2, 'a', [0.0123], [0.00000456]).detail).toBe('12.3 µs against 4.56 ns')
  })
})

describe('the rows of several processes', () => {
  it('are those with the middle medians', () => {
    const runs = [
      [ratioRow(2, 'a', [3], [1]), ratioRow(2, 'b', [1], [1])],
      [ratioRow(2, 'a', [1], [1]), ratioRow(2, 'b', [3], [1])],
      [ratioRow(2, 'a', [2], [1]), ratioRow(2, 'b', [5], [1])],
    ]
    expect(middleRows(runs)).toMatchObject([
      { name: 'a', median: 2, met: true },
      { name: 'b', median: 3, met: false },
    ])
  })
})

describe('the table', () => {
  it('has a line for each row and says which limit is missed', () => {
    const rows = [
      ratioRow(2, 'fast', [3], [2]),
      valueRow(10, ' ms', 'slow', [12.34], 'one run'),
      ratioRow(1, 'none', [], []),
    ]
    expect(table(rows)).toBe(
      [
        'what  median   mean     p95      limit             measured',
        'fast  1.5x     1.5x     1.5x     <= 2x     met     3 ms against 2 ms',
        'slow  12.3 ms  12.3 ms  12.3 ms  <= 10 ms  MISSED  one run',
        'none  -        -        -        <= 1x     MISSED  NaN ns against NaN ns',
        '',
      ].join('\n'),
    )
  })
})
