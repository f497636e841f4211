import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readEphemeralPorts } from '../src/linux/ephemeral-ports.js'

describe('the ephemeral ports of Linux', () => {
  const folder = mkdtempSync(join(tmpdir(), 'winport-facts-'))
  const path = join(folder, 'range')
  afterAll(() => rmSync(folder, { recursive: true }))

  it('are those that the kernel says', () => {
    writeFileSync(path, '32768\t60999\n')
    expect(readEphemeralPorts(path)).toEqual({ value: { startPort: 32_768, endPort: 60_999 } })
  })

  it('are unknown where the file is missing or says something else', () => {
    expect(readEphemeralPorts(join(folder, 'missing')).unknown).toContain('ENOENT')
    for (const text of ['', 'none', '0 5', '9 5', '1 70000']) {
      writeFileSync(path, text)
      expect(readEphemeralPorts(path)).toEqual({ value: null, unknown: `${path} contains '${text}'` })
    }
  })
})
