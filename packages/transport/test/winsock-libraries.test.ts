import { describe, expect, it } from 'vitest'
import { TransportUnavailableError } from '../src/index.js'
import { systemLibraries } from '../src/native/index.js'
import { resolveWinsockLibraries } from '../src/native/winsock-libraries.js'

const given = { winsock: '/a/winsock', ipHelper: '/a/ip-helper', kernel: '/a/kernel' }

describe('resolveWinsockLibraries', () => {
  it('takes the given libraries, and nothing else that the object has', () => {
    expect(resolveWinsockLibraries({ ...given, other: 1 } as typeof given)).toEqual(given)
  })

  it('takes the provider too, where one is given', () => {
    expect(resolveWinsockLibraries({ ...given, provider: '/a/provider' })).toEqual({
      ...given,
      provider: '/a/provider',
    })
  })

  it.each([
    ['mswsock.dll', 'ERR_OUT_OF_RANGE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses a provider that is no absolute path: %s', (provider, code) => {
    const resolve = () => resolveWinsockLibraries({ ...given, provider } as typeof given)
    expect(resolve).toThrow(expect.objectContaining({ code }))
    expect(resolve).toThrow('libraries.provider')
  })

  it.each(['winsock', 'ipHelper', 'kernel'])(
    'refuses a %s that is no absolute path, for that would be looked for along a search path',
    (name) => {
      for (const [path, code] of [
        ['ws2_32.dll', 'ERR_OUT_OF_RANGE'],
        ['./ws2_32.dll', 'ERR_OUT_OF_RANGE'],
        ['', 'ERR_OUT_OF_RANGE'],
        [undefined, 'ERR_INVALID_ARG_TYPE'],
        [1, 'ERR_INVALID_ARG_TYPE'],
      ]) {
        const resolve = () => resolveWinsockLibraries({ ...given, [name]: path } as typeof given)
        expect(resolve).toThrow(expect.objectContaining({ code }))
        expect(resolve).toThrow(`libraries.${name}`)
      }
    },
  )

  it.each([null, 'ws2_32.dll', 1])('refuses %s for libraries', (libraries) => {
    expect(() => resolveWinsockLibraries(libraries as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })

  if (process.platform === 'win32') {
    it("takes Windows' own", () => {
      expect(resolveWinsockLibraries()).toEqual(systemLibraries(process.env))
    })
  } else {
    it("says that port reservations are Windows' own where there is none", () => {
      const resolve = () => resolveWinsockLibraries()
      expect(resolve).toThrow(TransportUnavailableError)
      expect(resolve).toThrow(expect.objectContaining({ code: 'ERR_TRANSPORT_UNAVAILABLE' }))
      expect(resolve).toThrow(process.platform)
    })
  }
})

describe('systemLibraries', () => {
  it.each(['C:\\Windows', 'c:/windows/', 'D:\\Win\\..\\Windows'])(
    "are absolute paths in %s's System32",
    (SystemRoot) => {
      for (const path of Object.values(systemLibraries({ SystemRoot }))) {
        expect(path).toMatch(/^[A-Za-z]:\\windows\\System32\\(ws2_32|iphlpapi|kernel32|mswsock)\.dll$/i)
      }
    },
  )

  it.each([undefined, '', 'Windows', '\\Windows', 'C:Windows', '\\\\server\\share\\Windows', '\\\\?\\C:\\Windows'])(
    'are not looked for in a SystemRoot that is %s',
    (SystemRoot) => {
      expect(() => systemLibraries(SystemRoot === undefined ? {} : { SystemRoot })).toThrow(TransportUnavailableError)
    },
  )
})
