import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Every README with an example, and the folder whose dependencies the example may import. */
const readmes = [
  { readme: `${ROOT}README.md`, folder: `${ROOT}packages/winport` },
  ...readdirSync(`${ROOT}packages`).map((name) => {
    const folder = `${ROOT}packages/${name}`
    return { readme: `${folder}/README.md`, folder }
  }),
].filter(({ folder }) => existsSync(`${folder}/package.json`))

describe.each(readmes)('$readme', ({ readme, folder }) => {
  const examples = [...readFileSync(readme, 'utf8').matchAll(/```js\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)]

  it('has an example', () => {
    expect(examples.length).toBeGreaterThan(0)
  })

  it.each(examples.map(([, code = '', output], index) => ({ number: index + 1, code, output })))(
    'example $number runs, and prints what it says',
    async ({ code, output }) => {
      const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder })
      expect(stderr).toBe('')
      if (output !== undefined) expect(stdout).toBe(output)
    },
  )
})
