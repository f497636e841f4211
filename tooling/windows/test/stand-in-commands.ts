import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Replacements for Wine, apt-get and npm, in a folder for PATH. They log their arguments. */
export class StandInCommands {
  readonly path: string
  readonly #log: string

  constructor(directory: string) {
    this.path = join(directory, 'bin')
    this.#log = join(directory, 'log')
  }

  /** @param script the rest of the command, in sh, with the commands of /bin */
  async add(name: string, script = ''): Promise<void> {
    await mkdir(this.path, { recursive: true })
    const file = join(this.path, name)
    await writeFile(file, `#!/bin/sh\necho "${name} $*" >> "${this.#log}"\nPATH="$PATH:/usr/bin:/bin"\n${script}\n`)
    await chmod(file, 0o755)
  }

  async calls(): Promise<readonly string[]> {
    const log = await readFile(this.#log, 'utf8').catch(() => '')
    return log.split('\n').filter((line) => line !== '')
  }
}
