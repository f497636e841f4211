import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ExampleProject } from './example-project.js'

const FILES = 4
const PORTS = 20
const TIME_LIMIT = 120_000

/** The runners: how each one runs so many files at a time, and where its `test` comes from. */
const RUNNERS = [
  ['vitest in processes', `npx vitest run --pool=forks --maxWorkers=${FILES}`, "import { test } from 'vitest'"],
  ['vitest in threads', `npx vitest run --pool=threads --maxWorkers=${FILES}`, "import { test } from 'vitest'"],
  ['jest', `node --experimental-vm-modules node_modules/jest/bin/jest.js --maxWorkers=${FILES}`, ''],
  ['node:test', `node --test --test-concurrency=${FILES}`, "import { test } from 'node:test'"],
] as const

/** A test file that serves on its ports until every other file does too. */
const testFile = (imports: string, number: number) => `
import { deepStrictEqual } from 'node:assert/strict'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { openReservationManager } from 'winport'
${imports}

test('no other file has a port of this one', async () => {
  const manager = await openReservationManager({ fallback: 'mock' })
  const block = await manager.acquire({ protocol: 'tcp', count: ${PORTS} })
  const servers = [...block].map(() => createServer())
  for (const server of servers) await block.listen(server)
  const folder = process.env.PORTS_FOLDER
  writeFileSync(folder + '/writing-${number}', JSON.stringify([...block]))
  renameSync(folder + '/writing-${number}', folder + '/ports-${number}')
  const files = () => readdirSync(folder).filter((name) => name.startsWith('ports-'))
  while (files().length < ${FILES}) await delay(20)
  const all = files().flatMap((name) => JSON.parse(readFileSync(folder + '/' + name, 'utf8')))
  deepStrictEqual(new Set(all).size, ${FILES * PORTS})
  for (const server of servers) server.close()
  await manager.close()
}, ${TIME_LIMIT})
`

/** node:test takes its options before the function. */
const withOptions = (text: string) => text.replace(`}, ${TIME_LIMIT})`, '})')

describe.runIf(process.platform === 'linux')(`${FILES} test files at a time with ${PORTS} ports each`, () => {
  it.each(RUNNERS)('have different ports in %s', { timeout: TIME_LIMIT }, async (name, command, imports) => {
    const files: Record<string, string> = {
      'jest.config.js': "export default { testEnvironment: 'node', transform: {} }",
    }
    for (let number = 1; number <= FILES; number++) {
      const text = testFile(imports, number)
      files[`${number}.test.js`] = name === 'node:test' ? withOptions(text) : text
    }
    const folder = mkdtempSync(join(tmpdir(), 'winport-ports-'))
    await using project = new ExampleProject({ heading: name, files, command, output: undefined })
    const { stdout, stderr } = await project.run({ NO_COLOR: '1', CI: 'true', PORTS_FOLDER: folder })
    expect(`${stdout}${stderr}`).toMatch(new RegExp(`Tests:? +${FILES} passed|pass ${FILES}\n`))
    await rm(folder, { recursive: true })
  })
})
