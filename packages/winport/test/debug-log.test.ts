import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

const PROGRAM = `
  import { createServer } from 'node:net'
  import { openReservationManager } from 'winport'
  const manager = await openReservationManager({ transport: 'mock' })
  const other = await openReservationManager({ transport: 'mock' })
  const block = await manager.acquire({ protocol: 'tcp', count: 2, startPort: 4790 })
  const server = createServer()
  await block.listen(server, { host: '127.0.0.1' })
  server.close()
  await manager.acquire({ protocol: 'tcp', count: 2, startPort: 4791 }).catch(() => {})
  await manager.close()
  await other.close()
`

async function run(debug: string): Promise<readonly string[]> {
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    cwd: PACKAGE,
    env: { ...process.env, NODE_DEBUG: debug },
  })
  return stderr.split('\n').filter((line) => line !== '')
}

it('NODE_DEBUG=winport prints each message of the diagnostics channels once', async () => {
  const lines = await run('winport')
  const block = 'tcp 4790-4791 over mock'
  expect(lines.map((line) => line.replace(/^WINPORT \d+: /, ''))).toEqual([
    expect.stringMatching(new RegExp(`^acquire ${block}, token \\d+$`)),
    expect.stringMatching(new RegExp(`^associate ${block}, token \\d+$`)),
    `bind ${block}, 127.0.0.1 port 4790`,
    expect.stringMatching(
      /^failure tcp 4791-4792 over mock, acquire: TCP ports 4791-4792 .* \[WSAIoctl\(.*\) failed: WSAEADDRINUSE/,
    ),
    expect.stringMatching(new RegExp(`^release ${block}, token \\d+$`)),
  ])
})

it.each(['', 'net2'])('NODE_DEBUG=%s prints nothing', async (debug) => {
  expect(await run(debug)).toEqual([])
})
