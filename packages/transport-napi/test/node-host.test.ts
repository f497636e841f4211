import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deployForWindows, installWindowsTools, runOnWindows, windowsOrExplain, windowsPath } from '@winport/windows'
import { afterAll, describe, expect, it } from 'vitest'

const TIME_LIMIT = 500_000
const SOURCE = fileURLToPath(new URL('native/program-without-node.cc', import.meta.url))

const windows = await windowsOrExplain('the addon in programs that are not node.exe')

if (windows?.kind === 'wine') {
  const { node, arch } = windows
  const { compiler } = await installWindowsTools(arch)
  const addon = fileURLToPath(new URL(`../prebuilds/win32-${arch}/winport-transport.napi.node`, import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), 'winport-hosts-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  const run = async (program: string, args: readonly string[]) => {
    const cwd = await deployForWindows('@winport/transport-napi')
    return await runOnWindows({ program, args, cwd, timeoutMs: TIME_LIMIT })
  }

  describe('the addon under Wine', () => {
    it('finds Node-API in a program with another name than node.exe', async () => {
      const program = join(folder, 'myapp.exe')
      copyFileSync(node, program)
      const script = `
        import { createNapiTransport } from './dist/index.js'
        const transport = createNapiTransport()
        const socket = transport.openSocket({ protocol: 'tcp' })
        socket.bind({ address: '127.0.0.1', port: 0 })
        console.log(socket.localAddress().port > 0)
        await transport.close()`
      const { exitCode, stdout, stderr } = await run(program, ['--input-type=module', '-e', script])
      expect({ exitCode, stdout: stdout.trim(), stderr }).toEqual({ exitCode: 0, stdout: 'true', stderr: '' })
    })

    it('needs no environment variable in a worker', async () => {
      const script = `
        import { Worker } from 'node:worker_threads'
        const work = "import('./dist/index.js').then(({ createNapiTransport }) => createNapiTransport().close())"
        new Worker(work, { eval: true, env: {} })`
      const { exitCode, stderr } = await run(node, ['--input-type=module', '-e', script])
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    })

    it('exports nothing, and does not crash, in a program without Node-API', async () => {
      const program = join(folder, 'program-without-node.exe')
      execFileSync(compiler, ['-municode', '-static', SOURCE, '-o', program])
      const { exitCode, stdout } = await run(program, [windowsPath(addon)])
      expect({ exitCode, stdout: stdout.trim() }).toEqual({ exitCode: 0, stdout: 'nothing' })
    })
  })
}
