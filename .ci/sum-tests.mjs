// Sums up the suites' reports in one closing line. A suite without a report, and a test that was skipped, is a failure.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

let passed = 0
let failed = 0
for (const group of ['packages', 'tooling']) {
  for (const name of readdirSync(group)) {
    const manifest = `${group}/${name}/package.json`
    if (!existsSync(manifest) || JSON.parse(readFileSync(manifest, 'utf8')).scripts?.test === undefined) continue
    const report = `${group}/${name}/reports/vitest.json`
    if (!existsSync(report)) {
      console.log(`${group}/${name}: no report, so its tests did not run`)
      failed++
      continue
    }
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    const skipped = numPendingTests + numTodoTests
    console.log(`${group}/${name}: ${numPassedTests} passed, ${numFailedTests + skipped} failed or skipped`)
    passed += numPassedTests
    failed += numFailedTests + skipped
    if (!success && numFailedTests === 0) failed++ // a suite that could not even be loaded
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
