import { deployForWindows, runOnWindows, windowsOrExplain } from '@winport/windows'
import { expect, it } from 'vitest'

const windows = await windowsOrExplain('the conformance suite over the mock')

it('can run as a Windows program on CI', () => {
  expect(windows !== undefined || !process.env['CI']).toBe(true)
})

// On Windows, conformance.test.ts itself runs as a Windows program.
if (windows?.kind === 'wine') {
  it('passes the conformance suite as a Windows program', async () => {
    const cwd = await deployForWindows('@winport/transport-mock')
    const program = `
      import { formatConformanceReport, runConformance } from '@winport/transport/conformance'
      import { modernTarget } from './test/mock-target.js'
      const report = await runConformance(modernTarget)
      console.log(formatConformanceReport(report))
      process.exitCode = report.results.some(({ outcome }) => outcome === 'failed') ? 1 : 0`
    const result = await runOnWindows({ cwd, args: ['--input-type=module', '-e', program] })
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/\b[1-9]\d* shown, 0 failed/) })
  })
}
