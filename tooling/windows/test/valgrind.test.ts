import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runInNode } from './run-in-node.js'
import { StandInCommands } from './stand-in-commands.js'

const EXPLAIN = `console.log(await api.valgrindOrExplain('ten cycles'))`

let directory: string
let commands: StandInCommands
let env: { PATH: string; WINPORT_CACHE: string; HOME: string }

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'winport-valgrind-'))
  commands = new StandInCommands(directory)
  env = { PATH: commands.path, WINPORT_CACHE: join(directory, 'cache'), HOME: directory }
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

describe('valgrindOrExplain', () => {
  it('returns the path of valgrind', async () => {
    await commands.add('valgrind')
    expect(await runInNode(EXPLAIN, env)).toEqual({ code: 0, stdout: `${commands.path}/valgrind\n`, stderr: '' })
  })

  it('prints a banner without valgrind and returns undefined', async () => {
    const { code, stdout, stderr } = await runInNode(EXPLAIN, env)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'undefined\n' })
    expect(stderr).toMatch(/^\n!{100}\n!! NOT RUN UNDER VALGRIND: ten cycles\n/)
    expect(stderr).toContain('!! missing: valgrind (valgrind on PATH)')
  })

  it('rejects under CI without valgrind', async () => {
    const { code, stderr } = await runInNode(EXPLAIN, { ...env, CI: 'true' })
    expect(code).toBe(1)
    expect(stderr).toContain('missing: valgrind')
  })

  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    it('installs valgrind with apt-get on Debian, as root', async () => {
      await commands.add(
        'apt-get',
        `case "$*" in *install*) cp "${commands.path}/apt-get" "${commands.path}/valgrind";; esac`,
      )
      const { stdout, stderr } = await runInNode(EXPLAIN, env)
      expect(stdout).toBe(`${commands.path}/valgrind\n`)
      expect(stderr).toBe('winport: installing valgrind with apt-get, to look for leaks\n')
    })

    it('reports the output of apt-get if it fails', async () => {
      await commands.add('apt-get', 'echo "E: no such mirror" >&2; exit 100')
      expect((await runInNode(EXPLAIN, env)).stderr).toContain('E: no such mirror')
    })
  }
})
