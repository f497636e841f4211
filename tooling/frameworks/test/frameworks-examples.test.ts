import { readFileSync } from 'node:fs'
import { leasePorts } from '@winport/windows'
import { simulatorPath, WinsockSimulator } from '@winport/winsock-simulator'
import { afterAll, describe, expect, it } from 'vitest'
import { openReservationManager } from 'winport'
import { readExamples } from './document-example.js'
import { ExampleProject } from './example-project.js'
import { PostgresServer } from './postgres-server.js'

const document = readFileSync(new URL('../../../packages/winport/FRAMEWORKS.md', import.meta.url), 'utf8')
const examples = readExamples(document)
const programs = examples.filter(({ output }) => output !== undefined)
const testSuites = examples.filter(({ output }) => output === undefined)

const simulator = new WinsockSimulator('frameworks', await leasePorts(1000))
const postgres = await PostgresServer.listen()
const environment = {
  ...postgres.environment,
  WINSOCK_SIMULATOR: simulatorPath,
  WINSOCK_SIMULATOR_POOL: simulator.pool,
}
afterAll(async () => {
  simulator.destroy()
  await postgres[Symbol.asyncDispose]()
})

describe.concurrent('FRAMEWORKS.md', () => {
  it.each(testSuites)('the tests under $heading pass', async (example) => {
    await using project = new ExampleProject(example)
    const tests = Object.values(example.files).flatMap((text) => text.match(/^test\(/gm) ?? [])
    const { stdout, stderr } = await project.run({ NO_COLOR: '1', CI: 'true' })
    expect(`${stdout}${stderr}`).toMatch(new RegExp(`Tests:? +${tests.length} passed|pass ${tests.length}\n`))
  })

  it.each(programs)('the program under $heading prints the given output', async (example) => {
    await using project = new ExampleProject(example)
    expect(await project.run(environment)).toEqual({ stdout: example.output, stderr: '' })
  })

  it.each(programs)('the program under $heading prints the given output over koffi', async (example) => {
    await using project = new ExampleProject(example, 'simulator')
    expect(await project.run(environment)).toEqual({ stdout: example.output, stderr: '' })
  })
})

describe('the table of other packages', () => {
  const calls = [...document.matchAll(/^\|.*\| `(manager\.acquire.*?\))`/gm)].map(([, call = '']) => call)

  it('has calls', () => {
    expect(calls.length).toBeGreaterThan(5)
  })

  it.each(calls)('%s acquires a block', async (call) => {
    await using manager = await openReservationManager({ transport: 'mock' })
    const block = await new Function('manager', `return ${call}`)(manager)
    expect(block.count).toBe(Number(/count: (\d+)/.exec(call)?.[1]))
  })
})
