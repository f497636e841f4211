import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import koffi from 'koffi'

/** A library compiled from broken-provider.c. */
export class BrokenProvider {
  readonly path: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'winport-broken-provider-'))
  readonly #startups: bigint

  constructor(fault: string) {
    this.path = join(this.#folder, `${fault.toLowerCase()}.so`)
    const source = fileURLToPath(new URL('broken-provider.c', import.meta.url))
    execFileSync('g++', ['-x', 'c', '-shared', '-fPIC', `-DFAULT="${fault}"`, source, '-o', this.path])
    this.#startups = koffi.load(this.path).symbol('startups')
  }

  /** The number of WSPStartup calls without a WSPCleanup. */
  get startups(): number {
    return koffi.decode(this.#startups, 'int')
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true })
  }
}
