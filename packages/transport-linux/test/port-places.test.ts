import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { placesFor, readEphemeralPorts } from '../src/port-places.js'

const folder = mkdtempSync(join(tmpdir(), 'winport-places-'))
afterAll(() => rmSync(folder, { recursive: true }))

const low = () => 0
const high = () => 1 - Number.EPSILON

describe('the places of a block', () => {
  it('begin above the ephemeral ports', () => {
    expect(placesFor(20, [32_768, 60_999], low)[0]).toEqual([61_000, 65_535])
  })

  it('begin at a random port, and cover the ports before it afterwards', () => {
    expect(placesFor(20, [32_768, 60_999], () => 0.5).slice(0, 2)).toEqual([
      [63_268, 65_535],
      [61_000, 63_286],
    ])
  })

  it('leave out what has no room', () => {
    expect(placesFor(20, [1024, 65_535], low)[0]).toEqual([1024, 65_535])
    expect(placesFor(5000, [32_768, 60_999], low)[0]).toEqual([1024, 32_767])
    expect(placesFor(20, [32_768, 60_999], high)[0]).toEqual([61_000, 65_535])
    expect(placesFor(65_000, [32_768, 60_999])).toEqual([])
  })

  it('lie anywhere if they are wider than every region', () => {
    expect(placesFor(40_000, [32_768, 60_999], low)).toEqual([[1024, 65_535]])
  })
})

describe('the ephemeral ports', () => {
  it('are those of the kernel', () => {
    const path = join(folder, 'range')
    writeFileSync(path, '40000\t40400\n')
    expect(readEphemeralPorts(path)).toEqual([40_000, 40_400])
  })

  it.each(['', 'none', '0 5', '9 5', '1 70000'])("are the kernel's defaults if it says '%s'", (text) => {
    const path = join(folder, 'odd')
    writeFileSync(path, text)
    expect(readEphemeralPorts(path)).toEqual([32_768, 60_999])
    expect(readEphemeralPorts(join(folder, 'missing'))).toEqual([32_768, 60_999])
  })
})
