import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePersistentExclusions, persistentExclusionsQuery } from '../src/windows/persistent-exclusions.js'

const KEY = `HKEY_LOCAL_MACHINE\\${persistentExclusionsQuery('tcp')[1]?.slice('HKLM\\'.length)}`
const printed = (...lines: readonly string[]) => ['', KEY, ...lines, ''].join('\r\n')
const value = (name: string) => `    ${name}    REG_BINARY    0000000000000000`

describe('parsePersistentExclusions', () => {
  it('reads the port with its high byte first, and the number of ports with its low byte first', () => {
    expect(parsePersistentExclusions(printed(value('cc570100'), value('1F950203')))).toEqual([
      { startPort: 52_311, endPort: 52_311, administered: true },
      { startPort: 8085, endPort: 8085 + 0x302 - 1, administered: true },
    ])
  })

  it('reads every range that can exist', () => {
    const range = fc
      .record({ startPort: fc.integer({ min: 0, max: 65_535 }), length: fc.integer({ min: 1, max: 65_535 }) })
      .map(({ startPort, length }) => ({ startPort, count: Math.min(length, 65_536 - startPort) }))
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 5 }), (ranges) => {
        const names = ranges.map(({ startPort, count }) => {
          const name = Buffer.alloc(4)
          name.writeUInt16BE(startPort, 0)
          name.writeUInt16LE(count, 2)
          return value(name.toString('hex'))
        })
        const expected = ranges.map(({ startPort, count }) => ({
          startPort,
          endPort: startPort + count - 1,
          administered: true,
        }))
        expect(parsePersistentExclusions(printed(...names))).toEqual(expected)
      }),
    )
  })

  it.each([
    ['nothing', ''],
    ['a key without values', printed()],
    ['an error', 'FEHLER: Der angegebene Registrierungsschl\u00fcssel wurde nicht gefunden.\r\n'],
    ['a name that is too short', printed(value('cc570100'), value('cc5701'))],
    ['a name that is too long', printed(value('cc57010000'))],
    ['a name that is no number', printed(value('(Standard)'))],
    ['a name of two words', printed(value('cc570100 x'))],
    ['a range of no ports', printed(value('cc570000'))],
    ['a range beyond the last port', printed(value('ffff0200'))],
  ])('returns undefined for %s', (_what, text) => {
    expect(parsePersistentExclusions(text)).toBeUndefined()
  })
})
