import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MockKernel } from '@winport/transport-mock'
import { describe, expect, it } from 'vitest'
import { ReservationManager } from '../src/index.js'

async function run(name: string, ...args: string[]): Promise<{ stdout: string; warnings: string[] }> {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--expose-gc', script, ...args])
  return { stdout, warnings: stderr.split(/(?=^\(node:)/m).filter((text) => text.startsWith('(node:')) }
}

const counts = { before: [10, 10, 10], after: [3, 3, 3], kept: true, closed: [0, 0, 0] }

describe('blocks that are dropped before their release', () => {
  it('are released when they are collected, and one warning says what to do', async () => {
    const { stdout, warnings } = await run('leaked-blocks.js')
    expect(JSON.parse(stdout)).toEqual(counts)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(
      /\[WINPORT_RESERVATION_LEAKED\] Warning: .* garbage-collected before it was released: (TCP|UDP) ports \d+-\d+\. .*Keep .* release\(\).*\{ traceLeaks: true \}/,
    )
  })

  it('can be traced although the program formats stack traces itself', async () => {
    const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
    Error.prepareStackTrace = (_error, trace) => trace
    try {
      const kernel = new MockKernel()
      await using manager = new ReservationManager({ transport: kernel.openTransport(), traceLeaks: true })
      expect((await manager.acquire({ protocol: 'tcp', count: 1 })).count).toBe(1)
    } finally {
      if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
      else Object.defineProperty(Error, 'prepareStackTrace', prepare)
    }
  })

  it('are warned about with the call site of their acquire, once for each site, if traceLeaks is set', async () => {
    const { stdout, warnings } = await run('leaked-blocks.js', 'trace')
    expect(JSON.parse(stdout)).toEqual(counts)
    expect(
      warnings
        .map((warning) => /^ {4}at .*(dropHere|dropThere) .*leaked-blocks\.js:\d+:\d+/m.exec(warning)?.[1])
        .sort(),
    ).toEqual(['dropHere', 'dropThere'])
    for (const warning of warnings) expect(warning).not.toMatch(/traceLeaks|ReservationManager\.acquire/)
  })
})

describe('blocks that are dropped before their manager is closed', () => {
  it('are reported as released once, without a warning, also if they are collected before their turn', async () => {
    const { stdout, warnings } = await run('dropped-while-closing.js')
    expect(JSON.parse(stdout)).toEqual({ reported: 2000, twice: 0, left: 0 })
    expect(warnings).toEqual([])
  })
})

describe('a block that a server is attached to', () => {
  it('is kept for as long as the server is, or until another block replaces it', async () => {
    const { stdout } = await run('attached-blocks.js')
    expect(JSON.parse(stdout)).toEqual({ whileListening: 1, afterReplacement: 1, afterClose: 0 })
  })
})
