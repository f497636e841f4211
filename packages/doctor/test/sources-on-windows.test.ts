import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  cacheDirectory,
  deployForWindows,
  runOnWindows,
  windowsOrExplain,
  windowsPath,
  withDirectoryLock,
} from '@winport/windows'
import { afterAll, describe, expect, it } from 'vitest'
import { persistentExclusionsQuery } from '../src/windows/persistent-exclusions.js'
import { encode, NETSH_LANGUAGES } from './netsh-languages.js'

const windows = await windowsOrExplain("the doctor's sources")
const folder = mkdtempSync(join(tmpdir(), 'winport-netsh-'))
afterAll(() => rmSync(folder, { recursive: true }))

const LANGUAGES = ['German', 'Russian', 'Japanese', 'Chinese (simplified)', 'Korean']
const ROWS = '      8063        8162      \r\n     50000       50059     *\r\n'
const RANGES = [
  [8063, 8162, 'reserved'],
  [50_000, 50_059, 'administered'],
]
const [, KEY = ''] = persistentExclusionsQuery('tcp')

function buildNetsh(): void {
  mkdirSync(join(folder, 'System32'))
  const source = fileURLToPath(new URL('programs/netsh.c', import.meta.url))
  const program = join(folder, 'System32', 'netsh.exe')
  execFileSync('x86_64-w64-mingw32-g++-posix', ['-x', 'c', '-static', source, '-o', program])
}

function record(name: string, bytes: Uint8Array): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return windowsPath(file)
}

if (windows?.kind === 'wine' && windows.arch === 'x64') {
  describe('the doctor under Wine', () => {
    it('reads the ranges that netsh prints in each code page, those of the registry, and knows when both are missing', async () => {
      buildNetsh()
      const spoken = NETSH_LANGUAGES.filter(({ language }) => LANGUAGES.includes(language))
      const files = spoken.map(({ language, codePage, heading, columns }) => {
        const text = `\r\n${heading}\r\n\r\n${columns}\r\n----------    --------      \r\n${ROWS}\r\n`
        return record(language, encode(text, codePage))
      })
      const cwd = await deployForWindows('@winport/doctor')
      const program = 'test/programs/windows-sources.js'
      const args = [program, KEY, windowsPath(folder), ...files, record('nothing', new Uint8Array(0))]
      // All runs of this test on this machine share one registry.
      const { exitCode, stdout, stderr } = await withDirectoryLock(join(cacheDirectory(), 'registry.lock'), () =>
        runOnWindows({ cwd, args, timeoutMs: 500_000 }),
      )
      expect(exitCode, stdout + stderr).toBe(0)
      const { bare, persistent, printed } = JSON.parse(stdout)
      // Wine's netsh prints nothing.
      const nothing = { ranges: [], unknown: "netsh.exe printed ''" }
      expect(bare).toEqual(nothing)
      expect(persistent).toEqual({
        ranges: [
          [8085, 8085 + 0x203 - 1, 'administered'],
          [52_311, 52_311, 'administered'],
        ],
        unknown: "netsh.exe printed ''; the registry has only the persistent ranges",
      })
      expect(printed).toEqual([...LANGUAGES.map(() => ({ ranges: RANGES, unknown: null })), nothing])
    })
  })
}

it('can run as a Windows program on CI', () => {
  expect(windows !== undefined || !process.env['CI']).toBe(true)
})
