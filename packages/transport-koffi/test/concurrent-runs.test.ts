import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const SUITE = ['run', '--config', '../../vitest.config.ts', 'test/pending-calls.test.ts', 'test/socket.test.ts']

it('runs of the suite at the same time, as in two checkouts, do not disturb each other', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'winport-runs-'))
  try {
    const reports = await Promise.all(
      [1, 2].map(async (number) => {
        const report = join(directory, `${number}.json`)
        await run(process.execPath, [vitest, ...SUITE, '--reporter=json', `--outputFile=${report}`])
        return JSON.parse(await readFile(report, 'utf8'))
      }),
    )
    for (const { numPassedTests, numTotalTests } of reports) {
      expect(numPassedTests).toBeGreaterThan(20)
      expect(numPassedTests).toBe(numTotalTests)
    }
  } finally {
    await rm(directory, { recursive: true })
  }
})
