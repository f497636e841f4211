import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { prebuiltAddon } from '../src/prebuilt-addon.js'
import { built } from './run-program.js'

const CHECK = fileURLToPath(new URL('../check-prebuilds.mjs', import.meta.url))
const HERE = process.arch
const ELSEWHERE = HERE === 'x64' ? 'arm64' : 'x64'

const folder = mkdtempSync(join(tmpdir(), 'winport-prebuilds-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Checks a file as the addon for this machine. */
function check(name: string, file: string, machine: string): { status: number | null; stdout: string } {
  const prebuilds = join(folder, name)
  mkdirSync(join(prebuilds, `linux-${machine}`), { recursive: true })
  copyFileSync(file, join(prebuilds, `linux-${machine}`, 'winport-linux.napi.node'))
  return spawnSync(process.execPath, [CHECK, '--machine', machine, prebuilds], { encoding: 'utf8' })
}

const addon = fileURLToPath(prebuiltAddon())

it('accepts the addon of this machine', () => {
  const { status, stdout } = check('sound', addon, HERE)
  expect(stdout).toMatch(new RegExp(`^linux-${HERE} passes: \\d+ bytes\\n$`))
  expect(status).toBe(0)
})

it('refuses an addon that needs a C library', () => {
  const { status, stdout } = check('sanitized', built('sanitized', 'winport-linux.napi.node'), HERE)
  expect(stdout).toContain('needs libc.so.6')
  expect(stdout).toContain('needs the symbol __asan')
  expect(status).toBe(1)
})

it('refuses an addon for another machine', () => {
  const { status, stdout } = check('other', addon, ELSEWHERE)
  expect(stdout).toContain(`is for ${HERE}`)
  expect(status).toBe(1)
})

it('refuses a missing addon', () => {
  const { status, stdout } = spawnSync(process.execPath, [CHECK, join(folder, 'nothing')], { encoding: 'utf8' })
  expect(stdout).toBe('linux-x64 is missing\nlinux-arm64 is missing\n')
  expect(status).toBe(1)
})
