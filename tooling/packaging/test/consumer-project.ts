import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Manifest } from './packed-packages.js'

const PROGRAMS = fileURLToPath(new URL('programs', import.meta.url))

/** A project that installs the packed packages. It contains the programs of this folder. */
export class ConsumerProject {
  readonly folder: string

  constructor(folder: string, settings: Readonly<Record<string, string>>) {
    this.folder = folder
    mkdirSync(folder)
    cpSync(PROGRAMS, folder, { recursive: true })
    const manifest = JSON.stringify({ private: true, type: 'module' })
    for (const [name, text] of Object.entries({ 'package.json': manifest, ...settings })) {
      writeFileSync(join(folder, name), text)
    }
  }

  /** Runs a command in the project. @returns its stdout */
  async run(command: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(command, args, { cwd: this.folder }).catch((error) => {
      throw new Error(`${error.message}\n${error.stdout}`)
    })
    return stdout
  }

  /** Runs a Node.js program in the project. Rejects if it writes to stderr. @returns the JSON that it prints */
  async runProgram(...args: readonly string[]): Promise<unknown> {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: this.folder })
    if (stderr !== '') throw new Error(stderr)
    return JSON.parse(stdout)
  }

  /** All installed packages, at any depth. */
  installed(): readonly InstalledPackage[] {
    return [...packagesIn(join(this.folder, 'node_modules'))]
  }
}

export interface InstalledPackage {
  readonly folder: string
  readonly manifest: Manifest
}

function* packagesIn(folder: string): Generator<InstalledPackage> {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue // the links of pnpm lead to packages in .pnpm
    const path = join(folder, entry.name)
    if (entry.name === '.pnpm')
      for (const name of readdirSync(path)) yield* packagesIn(join(path, name, 'node_modules'))
    else if (entry.name.startsWith('@')) yield* packagesIn(path)
    else if (existsSync(join(path, 'package.json'))) {
      yield { folder: path, manifest: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) }
      yield* packagesIn(join(path, 'node_modules'))
    }
  }
}
