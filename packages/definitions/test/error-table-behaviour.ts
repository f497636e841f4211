import { expect, it } from 'vitest'
import type { SystemErrorEntry } from '../src/index.js'

/** What every error table promises. `numbers` are the constants that name some of its rows. */
export function itIsAnErrorTable(
  table: readonly SystemErrorEntry[],
  find: (numberOrName: number | string) => SystemErrorEntry | undefined,
  numbers: Record<string, number>,
  namePattern: RegExp,
): void {
  it('has unique numbers and names, sorted by number', () => {
    const all = table.map((entry) => entry.number)
    expect(all).toEqual([...new Set(all)].sort((a, b) => a - b))
    expect(new Set(table.map((entry) => entry.name)).size).toBe(table.length)
  })

  it('states each meaning in one sentence', () => {
    for (const { name, meaning } of table) {
      expect(meaning, name).toMatch(/^[A-Z][^.!?\n]*\.$/)
      expect(meaning.length, name).toBeLessThanOrEqual(120)
    }
  })

  it("has Winsock's names and Node's codes", () => {
    for (const { name, nodeCode } of table) {
      expect(name).toMatch(namePattern)
      if (nodeCode !== undefined) expect(nodeCode, name).toMatch(/^E[A-Z]+$/)
    }
  })

  it('finds every row by number and by name', () => {
    for (const entry of table) {
      expect(find(entry.number)).toBe(entry)
      expect(find(entry.name)).toBe(entry)
    }
  })

  it('finds no other number or name', () => {
    for (const key of [0, -1, 1.5, Number.NaN, 99999, '', '5', 'toString', 'constructor', null, undefined, {}]) {
      expect(find(key as never)).toBeUndefined()
    }
  })

  it('has a row for every named constant', () => {
    expect(Object.keys(numbers).length).toBeGreaterThan(0)
    for (const [name, number] of Object.entries(numbers)) expect(find(number)?.name).toBe(name)
  })
}
