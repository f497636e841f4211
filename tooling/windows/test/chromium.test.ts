import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runInNode } from './run-in-node.js'
import { StandInCommands } from './stand-in-commands.js'

const EXPLAIN = `console.log(await api.chromiumOrExplain('the page'))`

let directory: string
let commands: StandInCommands
let env: { PATH: string; WINPORT_CACHE: string; HOME: string }

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'winport-chromium-'))
  commands = new StandInCommands(directory)
  env = { PATH: commands.path, WINPORT_CACHE: join(directory, 'cache'), HOME: directory }
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

describe('chromiumOrExplain', () => {
  it.each(['chromium', 'chromium-browser', 'google-chrome'])('returns the path of %s', async (name) => {
    await commands.add(name)
    expect(await runInNode(EXPLAIN, env)).toEqual({ code: 0, stdout: `${commands.path}/${name}\n`, stderr: '' })
  })

  it('prints a banner without a browser and returns undefined; under CI it rejects', async () => {
    const { code, stdout, stderr } = await runInNode(EXPLAIN, env)
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'undefined\n' })
    expect(stderr).toMatch(/^\n!{100}\n!! NOT RUN IN A BROWSER: the page\n/)
    expect(stderr).toContain('!! missing: chromium (chromium or chromium-browser or google-chrome on PATH)')
    const underCI = await runInNode(EXPLAIN, { ...env, CI: 'true' })
    expect(underCI.code).toBe(1)
    expect(underCI.stderr).toContain('missing: chromium')
  })
})
