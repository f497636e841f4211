// Adds up the reports of all suites, those of the matrix included, in one closing line. A missing report is a failure, and so
// is a skipped test. Names every test that did not pass, with the start and the end of its message: often only the end of
// this output is seen.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { matrixVariants } from '../tooling/windows/dist/index.js'

const FIRST_LINES = 6
const LAST_LINES = 12

const variants = matrixVariants().map(({ name }) => name)
const notPassed = []
let passed = 0

/** The start and the end of a message. Of its stack, only our own lines. */
function excerpt(message) {
  const lines = message
    .replace('STACK_TRACE_ERROR', 'the time limit of the test') // vitest sets the real message too late for its report
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('node_modules'))
  const left = lines.length - FIRST_LINES - LAST_LINES
  if (left > 0) lines.splice(FIRST_LINES, left, `... ${left} lines ...`)
  return lines.map((line) => `\n    ${line}`).join('')
}

/** What did not pass in a file. Tests that did not run are one line, because a worker that died leaves many. */
function notPassedOf({ name, status, message, assertionResults }) {
  const file = relative('', name)
  const failed = assertionResults.filter(({ status }) => status === 'failed')
  const notRun = assertionResults.filter(({ status }) => status !== 'failed' && status !== 'passed')
  const found = failed.map(
    ({ fullName, failureMessages }) => `${file}: failed: ${fullName}${excerpt((failureMessages ?? []).join('\n'))}`,
  )
  if (notRun.length > 0)
    found.push(`${file}: ${notRun.length} did not run, the first: ${notRun[0].fullName}${excerpt(message ?? '')}`)
  if (found.length === 0 && status !== 'passed')
    found.push(`${file}: ${status}${excerpt(message || 'a hook of the file failed')}`)
  return found
}

function add(folder, file) {
  const path = `${folder}/reports/${file}.json`
  if (!existsSync(path)) {
    notPassed.push(`${path} is missing: its tests did not run`)
    return
  }
  const report = JSON.parse(readFileSync(path, 'utf8'))
  const found = report.testResults.flatMap(notPassedOf)
  if (!report.success && found.length === 0) found.push('an error outside of all tests: see the output of this run')
  notPassed.push(...found.map((text) => `${path}: ${text}`))
  console.log(`${path}: ${report.numPassedTests} passed, ${found.length} failed or skipped`)
  passed += report.numPassedTests
}

for (const group of ['packages', 'tooling']) {
  for (const name of readdirSync(group)) {
    const folder = `${group}/${name}`
    if (!existsSync(`${folder}/package.json`)) continue
    const { scripts = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    if (scripts.test !== undefined) add(folder, 'vitest')
    if (scripts['test:windows'] !== undefined) for (const variant of variants) add(folder, `vitest-${variant}`)
  }
}
for (const test of notPassed) console.log(`\n${test}`)
console.log(`${passed} passed, ${notPassed.length} failed`)
process.exitCode = notPassed.length === 0 && passed > 0 ? 0 : 1
