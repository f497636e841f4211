import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The examples run here, because `winport` depends on every package that they import. */
const FOLDER = `${ROOT}packages/winport`

const documents = [
  `${ROOT}README.md`,
  `${ROOT}packages/manager/API.md`,
  ...readdirSync(`${ROOT}packages`)
    .filter((name) => existsSync(`${ROOT}packages/${name}/package.json`))
    .map((name) => `${ROOT}packages/${name}/README.md`),
]

describe.each(documents)('%s', (document) => {
  const examples = [...readFileSync(document, 'utf8').matchAll(/```js\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)]

  it('has an example', () => {
    expect(examples.length).toBeGreaterThan(0)
  })

  it.each(examples.map(([, code = '', output], index) => ({ number: index + 1, code, output })))(
    'example $number runs and prints the given output',
    async ({ code, output }) => {
      const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: FOLDER })
      expect(stderr).toBe('')
      if (output !== undefined) expect(stdout).toBe(output)
    },
  )
})
