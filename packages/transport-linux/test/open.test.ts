import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TransportUnavailableError } from '@winport/transport'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { createLinuxTransport } from '../src/index.js'
import { prebuiltAddon } from '../src/prebuilt-addon.js'

const folder = mkdtempSync(join(tmpdir(), 'winport-addons-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.unstubAllGlobals())

/** A module in place of the addon. */
function moduleOf(name: string, text: string): string {
  const path = join(folder, `${name}.cjs`)
  writeFileSync(path, text)
  return path
}

function failureOf(addon?: string): Error {
  try {
    createLinuxTransport({ addon })
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('the transport was opened')
}

describe('createLinuxTransport', () => {
  it('loads the addon that is named', async () => {
    const transport = createLinuxTransport({ addon: fileURLToPath(prebuiltAddon()) })
    expect(transport.name).toBe('linux')
    await transport.close()
  })

  it.each([
    [7, 'ERR_INVALID_ARG_TYPE'],
    ['prebuilds/addon.node', 'ERR_OUT_OF_RANGE'],
  ])('refuses an addon that is not an absolute path: %s', (addon, code) => {
    expect(failureOf(addon as string)).toMatchObject({ code, message: expect.stringContaining('addon') })
  })

  it('says which file is missing, and for which machine', () => {
    const error = failureOf(join(folder, 'missing.node'))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.message).toContain(`has no addon for linux-${process.arch}: ${folder}/missing.node does not exist`)
  })

  it("repeats the system's words if the system refuses the file", () => {
    const refused = join(folder, 'refused.node')
    writeFileSync(refused, 'this is no library')
    const error = failureOf(refused)
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.message).toContain('file too short')
  })

  it('refuses a module that is not the addon', () => {
    const error = failureOf(moduleOf('other', 'module.exports = {}'))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.message).toContain('other.cjs is not the addon')
  })

  it.each([
    [1 * 4096 + 24, 'a port could not be bound (EMFILE)'],
    [2 * 4096 + 17, 'another socket could bind the held port (EEXIST)'],
    [3 * 4096 + 1, 'the holder could not be moved to another device (SO_BINDTOIFINDEX; needs Linux 5.7) (EPERM)'],
    [6 * 4096 + 22, 'the new socket could not leave the loopback device (EINVAL)'],
  ])('says which step of the test failed: %i', (result, words) => {
    const error = failureOf(moduleOf(`failing-${result}`, `module.exports = { handOver() {}, test: () => ${result} }`))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.message).toContain(words)
  })

  it('needs Linux', () => {
    vi.stubGlobal('process', { ...process, platform: 'darwin' })
    expect(failureOf().message).toBe('@winport/transport-linux needs Linux, and this platform is darwin.')
  })
})
