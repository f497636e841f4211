import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { DocumentExample } from './document-example.js'

/** Stands in for the package `winport`: opens managers over koffi on the simulator. */
const WINPORT_ON_SIMULATOR = fileURLToPath(new URL('winport-on-simulator', import.meta.url))

const PACKAGES = fileURLToPath(new URL('../node_modules', import.meta.url))

/** A folder with the files of an example and the dependencies of this package. */
export class ExampleProject implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'winport-example-'))
  readonly #command: string

  /** @param backend the best backend of this machine, or koffi on the simulator of Winsock */
  constructor({ files, command }: DocumentExample, backend: 'default' | 'simulator' = 'default') {
    this.#command = command
    const manifest = JSON.stringify({ private: true, type: 'module' })
    for (const [name, text] of Object.entries({ 'package.json': manifest, ...files })) {
      writeFileSync(join(this.#folder, name), text)
    }
    // A folder of its own, because tools write their caches into it.
    const modules = join(this.#folder, 'node_modules')
    mkdirSync(modules)
    for (const name of readdirSync(PACKAGES)) {
      if (!name.startsWith('.')) symlinkSync(join(PACKAGES, name), join(modules, name), 'junction')
    }
    if (backend === 'simulator') {
      rmSync(join(modules, 'winport'))
      cpSync(WINPORT_ON_SIMULATOR, join(modules, 'winport'), { recursive: true })
    }
  }

  /** Runs the command of the example. Rejects if it fails. */
  async run(environment: Readonly<Record<string, string>>): Promise<{ stdout: string; stderr: string }> {
    const [program = '', ...args] = this.#command.split(' ')
    const script = program === 'npx' ? [binary(args.shift() ?? '')] : []
    return await promisify(execFile)(process.execPath, [...script, ...args], {
      cwd: this.#folder,
      env: { ...withoutRunner(process.env), ...environment },
    }).catch((error) => {
      throw new Error(`${error.message}\n${error.stdout}`)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true })
  }
}

/** The script of a package that has one command. */
function binary(packageName: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`)
  const { bin } = createRequire(manifest)(manifest)
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[packageName])
}

/** The vitest that runs this test changes how a vitest or jest of an example behaves. */
function withoutRunner(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(?:VITEST|NODE_ENV|TEST|MODE|DEV|PROD|SSR|BASE_URL)/.test(name)),
  )
}
