import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { windowsOrExplain } from '@winport/windows'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const windows = await windowsOrExplain('the check of the addon that mingw built')

function check(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PACKAGE, 'check-prebuilds.mjs'), ...args], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return { status, lines: stdout.trimEnd().split('\n') }
}

if (windows?.kind === 'wine') {
  describe('the check before publishing', () => {
    let folder: string
    let addon: string

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'winport-prebuilds-'))
      addon = join(folder, 'win32-x64/winport-transport.napi.node')
      cpSync(join(PACKAGE, 'prebuilds/win32-x64'), join(folder, 'win32-x64'), { recursive: true })
    })
    afterEach(() => rmSync(folder, { recursive: true }))

    function edit(change: (file: Buffer, peHeader: number) => void): void {
      const file = readFileSync(addon)
      change(file, file.readUInt32LE(0x3c))
      writeFileSync(addon, file)
    }

    it('accepts the addon that mingw built', () => {
      expect(check('--mingw', '--machine=x64')).toEqual({
        status: 0,
        lines: [expect.stringMatching(/^win32-x64 passes: \d+ bytes$/)],
      })
    })

    it('rejects it for a release, which MSVC builds for every machine', () => {
      expect(check(folder)).toEqual({
        status: 1,
        lines: [
          'win32-x64 lacks GUARD_CF, needs msvcrt.dll, does not delay-load node.exe',
          'win32-ia32 is missing',
          'win32-arm64 is missing',
        ],
      })
    })

    it.each([
      ['DYNAMIC_BASE', 0x40],
      ['NX_COMPAT', 0x100],
      ['HIGH_ENTROPY_VA', 0x20],
    ])('rejects an addon without %s', (name, bit) => {
      edit((file, header) => file.writeUInt16LE(file.readUInt16LE(header + 94) & ~bit, header + 94))
      expect(check('--mingw', '--machine=x64', folder)).toEqual({ status: 1, lines: [`win32-x64 lacks ${name}`] })
    })

    it('rejects an addon for another machine', () => {
      edit((file, header) => file.writeUInt16LE(0xaa64, header + 4))
      expect(check('--mingw', '--machine=x64', folder)).toEqual({ status: 1, lines: ['win32-x64 is for arm64'] })
    })

    it('rejects an addon that imports node.exe under that name', () => {
      edit((file) => file.write('node.exe\0\0\0\0', file.indexOf('KERNEL32.dll\0'), 'latin1'))
      expect(check('--mingw', '--machine=x64', folder)).toEqual({ status: 1, lines: ['win32-x64 needs node.exe'] })
    })

    it('accepts an addon for a release only if it delay-loads node.exe', () => {
      edit((file, header) => {
        const section = header + 24 + file.readUInt16LE(header + 20)
        const address = file.readUInt32LE(section + 12)
        const start = file.readUInt32LE(section + 20)
        // Overwrites the beginning of the first section with a table of one entry, and the name.
        file.fill(0, start, start + 64)
        file.writeUInt32LE(address + 64, start + 4)
        file.write('node.exe\0', start + 64, 'latin1')
        file.writeUInt32LE(address, header + 24 + 112 + 13 * 8)
      })
      expect(check('--machine=x64', folder).lines).toEqual(['win32-x64 lacks GUARD_CF, needs msvcrt.dll'])
    })

    it('rejects an addon that imports a library of the compiler', () => {
      edit((file) => file.write('libgcc_s.dll\0', file.indexOf('KERNEL32.dll\0'), 'latin1'))
      expect(check('--mingw', '--machine=x64', folder)).toEqual({ status: 1, lines: ['win32-x64 needs libgcc_s.dll'] })
    })
  })
}
