import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { TransportUnavailableError } from '../src/index.js'
import { resolveEntryPoint } from '../src/native/entry-point.js'
import { type EntryPoint, resolveNativeOptions } from '../src/native/index.js'

const folder = mkdtempSync(join(tmpdir(), 'winport-provider-'))
afterAll(() => rmSync(folder, { recursive: true }))

function library(name: string, bytes: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const given = { winsock: '/a/winsock', ipHelper: '/a/ip-helper', kernel: '/a/kernel' }
const wrong: readonly [unknown, string][] = [
  ['wsaioctl', 'ERR_OUT_OF_RANGE'],
  ['', 'ERR_OUT_OF_RANGE'],
  [1, 'ERR_INVALID_ARG_TYPE'],
  [{}, 'ERR_INVALID_ARG_TYPE'],
  [new String('WSPIoctl'), 'ERR_INVALID_ARG_TYPE'],
]

describe('resolveEntryPoint', () => {
  it('returns the given entry point, and WSAIoctl by default', () => {
    expect(resolveEntryPoint()).toBe('WSAIoctl')
    expect(resolveEntryPoint('WSAIoctl')).toBe('WSAIoctl')
    expect(resolveEntryPoint('WSPIoctl')).toBe('WSPIoctl')
  })

  it.each(wrong)('rejects %s', (value, code) => {
    const resolve = () => resolveEntryPoint(value as EntryPoint)
    expect(resolve).toThrow(expect.objectContaining({ code }))
    expect(resolve).toThrow("'WSAIoctl' or 'WSPIoctl'")
  })
})

describe('resolveNativeOptions', () => {
  it.each(wrong)('checks the entry point first: %s', (value, code) => {
    const options = { entryPoint: value as EntryPoint, libraries: null as never }
    expect(() => resolveNativeOptions(options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('entryPoint') }),
    )
  })

  it('returns a provider only for the entry point that needs it', () => {
    const libraries = { ...given, provider: '/a/provider' }
    expect(resolveNativeOptions({ libraries })).toEqual({ libraries, provider: undefined })
    expect(resolveNativeOptions({ libraries, entryPoint: 'WSPIoctl' })).toEqual({ libraries, provider: '/a/provider' })
  })

  it('requires a provider only for the entry point that needs it', () => {
    expect(resolveNativeOptions({ libraries: given })).toEqual({ libraries: given, provider: undefined })
    const resolve = () => resolveNativeOptions({ libraries: given, entryPoint: 'WSPIoctl' })
    expect(resolve).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
    expect(resolve).toThrow('The "libraries.provider" property must be of type string where entryPoint is \'WSPIoctl\'')
  })

  it("rejects Wine's provider, which ends the process, and no other file", () => {
    const header = Buffer.alloc(0x60)
    header.write('MZ')
    const others = [
      library('windows.dll', header),
      library('short.dll', header.subarray(0, 0x44)),
      join(folder, 'missing.dll'),
    ]
    header.write('Wine builtin DLL', 0x40)
    const wine = library('wine.dll', header)
    for (const provider of others) {
      const resolved = resolveNativeOptions({ libraries: { ...given, provider }, entryPoint: 'WSPIoctl' })
      expect(resolved.provider).toBe(provider)
    }
    const refused = () => resolveNativeOptions({ libraries: { ...given, provider: wine }, entryPoint: 'WSPIoctl' })
    expect(refused).toThrow(TransportUnavailableError)
    for (const told of [wine, 'WSPStartup', "the default is 'WSAIoctl'"]) expect(refused).toThrow(told)
    expect(resolveNativeOptions({ libraries: { ...given, provider: wine } }).provider).toBeUndefined()
  })
})
