import { valgrindOrExplain } from '@winport/windows'
import { expect, it } from 'vitest'
import { AS_STARTED, built, run, runProgram, UNPRIVILEGED } from './run-program.js'

const CYCLES = 10_000
const CALLS = 200_000
const TIME_LIMIT = 600_000

const valgrind = await valgrindOrExplain(`${CYCLES} cycles of the table of holds`)

for (const { name, command } of [AS_STARTED, UNPRIVILEGED]) {
  it(`leaves nothing after ${CYCLES} cycles in four threads, with AddressSanitizer and UBSan, ${name}`, {
    timeout: TIME_LIMIT,
  }, async () => {
    expect(await run([...command, built('sanitized', 'cycles'), String(CYCLES)])).toBe('')
  })
}

for (const { name, command } of [AS_STARTED, UNPRIVILEGED]) {
  it(`hands over a port that a program had bound before and where it now tries to listen, ${name}`, {
    timeout: TIME_LIMIT,
  }, async () => {
    expect(await run([...command, built('linux', 'late-listener'), String(CYCLES / 2)])).toBe('')
  })
}

it('has valgrind wherever CI runs it', () => {
  expect(valgrind !== undefined || !process.env['CI']).toBe(true)
})

if (valgrind !== undefined) {
  it(`loses no memory in ${CYCLES} cycles under valgrind`, { timeout: TIME_LIMIT }, async () => {
    const checks = ['-q', '--leak-check=full', '--error-exitcode=9', '--track-fds=yes']
    expect(await run([valgrind, ...checks, built('linux', 'cycles'), String(CYCLES)])).toBe('')
  })
}

it(`withstands ${CALLS} hostile calls, with AddressSanitizer and UBSan`, { timeout: TIME_LIMIT }, async () => {
  const seed = process.env['WINPORT_HOSTILE_SEED'] ?? String(Math.trunc(Math.random() * 2 ** 31))
  const libraries = await Promise.all(
    ['libasan.so', 'libubsan.so'].map((file) => run(['gcc', `-print-file-name=${file}`])),
  )
  const env = {
    ...process.env,
    LD_PRELOAD: libraries.map((path) => path.trim()).join(' '),
    ASAN_OPTIONS: 'detect_leaks=0:halt_on_error=1',
  }
  const passed = [built('sanitized', 'winport-linux.napi.node'), String(CALLS), seed]
  const printed = await runProgram('hostile-calls.js', passed, AS_STARTED, env).catch((error: unknown) => {
    throw new Error(`with WINPORT_HOSTILE_SEED=${seed}`, { cause: error })
  })
  const { threw, returned, functions, left } = JSON.parse(printed)
  expect(threw + returned).toBe(CALLS)
  expect(threw).toBeGreaterThan(0)
  expect(returned).toBeGreaterThan(0)
  expect(functions).toBe(13)
  expect(left).toEqual([0, 0, 0, 0])
})
