import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('./leaked-blocks.js', import.meta.url))

async function run(...args: string[]): Promise<{ stdout: string; warnings: string[] }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--expose-gc', script, ...args])
  return { stdout, warnings: stderr.split(/(?=^\(node:)/m).filter((text) => text.startsWith('(node:')) }
}

const counts = { before: [8, 8, 8], after: [1, 1, 1], kept: true, closed: [0, 0, 0] }

describe('blocks that are dropped without a release', () => {
  it('are released when they are collected, and one warning tells what to do', async () => {
    const { stdout, warnings } = await run()
    expect(JSON.parse(stdout)).toEqual(counts)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(
      /\[WINPORT_RESERVATION_LEAKED\] Warning: .* dropped without a release.*: (TCP|UDP) ports \d+-\d+\. Keep .* release\(\).*\{ traceLeaks: true \}/,
    )
  })

  it('are named by where they were acquired, when asked for: one warning a place', async () => {
    const { stdout, warnings } = await run('trace')
    expect(JSON.parse(stdout)).toEqual(counts)
    expect(
      warnings
        .map((warning) => /^ {4}at .*(dropHere|dropThere) .*leaked-blocks\.js:\d+:\d+/m.exec(warning)?.[1])
        .sort(),
    ).toEqual(['dropHere', 'dropThere'])
    for (const warning of warnings) expect(warning).not.toMatch(/traceLeaks|ReservationManager\.acquire/)
  })
})
