import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

/** Runs a program that may open few files. @returns what it prints */
async function runLimited(name: string): Promise<unknown> {
  const program = fileURLToPath(new URL(`programs/${name}`, import.meta.url))
  const args = ['-c', 'ulimit -n 200 && exec "$@"', 'sh', process.execPath, program]
  return JSON.parse((await promisify(execFile)('sh', args)).stdout)
}

describe.runIf(process.platform === 'linux')('a manager on Linux', () => {
  it('says how many ports were wanted and how many files may be open, and keeps no port', async () => {
    const cause =
      '500 ports were wanted, and each takes one file descriptor. This process may open 200 files (ulimit -Hn: 200). ' +
      'Ask for fewer ports, or raise the limit.'
    const error = expect.objectContaining({ code: 'EMFILE', cause })
    expect(await runLimited('descriptors.js')).toEqual({
      errors: [error, error],
      left: { holds: 0, ports: 0 },
      count: 5,
    })
  })

  it('tries the port first that refused the last block, and not hundreds below it', async () => {
    expect(await runLimited('busy-port.js')).toEqual({
      codes: ['ERR_PORT_RANGE_IN_USE', 'ERR_PORT_RANGE_IN_USE'],
      left: { holds: 0, ports: 0 },
      count: 1,
    })
  })
})
