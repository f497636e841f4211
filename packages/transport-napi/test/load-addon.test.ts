import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TransportUnavailableError } from '@winport/transport'
import { failureOf, simulatorLibraries } from '@winport/winsock-simulator'
import { afterAll, describe, expect, it } from 'vitest'
import { createNapiTransport } from '../src/index.js'
import { prebuiltAddon } from '../src/prebuilt-addon.js'

const folder = mkdtempSync(join(tmpdir(), 'winport-addons-'))
afterAll(() => rmSync(folder, { recursive: true }))

const open = (addon: string) => createNapiTransport({ libraries: simulatorLibraries, addon })

describe('the option addon', () => {
  it('names the addon to load', async () => {
    const transport = open(fileURLToPath(prebuiltAddon()))
    const socket = transport.openSocket({ protocol: 'tcp' })
    socket.bind({ address: '127.0.0.1', port: 0 })
    expect(socket.localAddress().port).toBeGreaterThan(0)
    await transport.close()
  })

  it.each([
    [7, 'ERR_INVALID_ARG_TYPE'],
    ['prebuilds/addon.node', 'ERR_OUT_OF_RANGE'],
  ])('must be an absolute path: %s', async (addon, code) => {
    expect(await failureOf(() => open(addon as string))).toMatchObject({
      code,
      message: expect.stringContaining('addon'),
    })
  })

  it('is recommended, as is koffi, if there is no addon for the platform', async () => {
    const missing = join(folder, 'missing.node')
    const error = await failureOf(() => open(missing))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    for (const told of [missing, `${process.platform}-${process.arch}`, '@winport/transport-koffi', "option 'addon'"]) {
      expect(error.message).toContain(told)
    }
  })

  it("reports the system's words if the system refuses the file", async () => {
    const refused = join(folder, 'refused.node')
    writeFileSync(refused, 'this is no library')
    const error = await failureOf(() => open(refused))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.message).toContain(refused)
    expect(error.message).toContain('file too short')
    expect(error.message).toContain('Smart App Control')
    expect(error.cause).toMatchObject({ code: 'ERR_DLOPEN_FAILED' })
  })

  it('is reported if it names a module that is not the addon', async () => {
    const other = join(folder, 'other.cjs')
    writeFileSync(other, 'module.exports = {}')
    const error = await failureOf(() => open(other))
    expect(error).toBeInstanceOf(TransportUnavailableError)
    expect(error.message).toContain(`${other} is not the addon of @winport/transport-napi`)
    expect(error.message).toContain(process.execPath)
  })
})
