import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TransportUnavailableError } from '../src/index.js'
import { environmentSystemDirectory, resolveNativeOptions, systemLibraries } from '../src/native/index.js'
import { resolveWinsockLibraries } from '../src/native/winsock-libraries.js'

const given = { winsock: '/a/winsock', ipHelper: '/a/ip-helper', kernel: '/a/kernel' }
const platform = Object.getOwnPropertyDescriptor(process, 'platform')

function notCalled(): never {
  throw new Error('the system directory is not needed')
}

/** Runs the tests of this block as if on the platform. */
function onPlatform(value: NodeJS.Platform): void {
  beforeEach(() => {
    Object.defineProperty(process, 'platform', { value, configurable: true })
  })
  afterEach(() => {
    if (platform !== undefined) Object.defineProperty(process, 'platform', platform)
  })
}

describe('resolveWinsockLibraries', () => {
  describe('on any platform', () => {
    onPlatform('linux')

    it('returns the given libraries and no other property', () => {
      expect(resolveWinsockLibraries({ ...given, other: 1 } as typeof given, notCalled)).toEqual(given)
    })

    it.each(['provider', 'security'])('returns the %s library if one is given', (name) => {
      const libraries = { ...given, [name]: `/a/${name}` }
      expect(resolveWinsockLibraries(libraries, notCalled)).toEqual(libraries)
    })

    it.each([
      ['provider', 'mswsock.dll', 'ERR_OUT_OF_RANGE'],
      ['provider', null, 'ERR_INVALID_ARG_TYPE'],
      ['security', 'advapi32.dll', 'ERR_OUT_OF_RANGE'],
      ['security', null, 'ERR_INVALID_ARG_TYPE'],
    ])('rejects a %s library that is not an absolute path: %s', (name, path, code) => {
      const resolve = () => resolveWinsockLibraries({ ...given, [name]: path } as typeof given, notCalled)
      expect(resolve).toThrow(expect.objectContaining({ code }))
      expect(resolve).toThrow(`libraries.${name}`)
    })

    it.each(['winsock', 'ipHelper', 'kernel'])('rejects a path of %s that is not absolute', (name) => {
      for (const [path, code] of [
        ['ws2_32.dll', 'ERR_OUT_OF_RANGE'],
        ['./ws2_32.dll', 'ERR_OUT_OF_RANGE'],
        ['', 'ERR_OUT_OF_RANGE'],
        [undefined, 'ERR_INVALID_ARG_TYPE'],
        [1, 'ERR_INVALID_ARG_TYPE'],
      ]) {
        const resolve = () => resolveWinsockLibraries({ ...given, [name]: path } as typeof given, notCalled)
        expect(resolve).toThrow(expect.objectContaining({ code }))
        expect(resolve).toThrow(`libraries.${name}`)
      }
    })

    it.each([null, 'ws2_32.dll', 1])('rejects %s', (libraries) => {
      expect(() => resolveWinsockLibraries(libraries as never, notCalled)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      )
    })

    it('has no default where there is no Windows', () => {
      const resolve = () => resolveWinsockLibraries(undefined, notCalled)
      expect(resolve).toThrow(TransportUnavailableError)
      expect(resolve).toThrow(expect.objectContaining({ code: 'ERR_TRANSPORT_UNAVAILABLE' }))
      expect(resolve).toThrow('this platform is linux')
    })
  })

  describe('on Windows', () => {
    onPlatform('win32')

    const windowsPath = { winsock: 'C:\\a.dll', ipHelper: 'C:\\a.dll', kernel: 'C:\\a.dll' }

    it.each([
      ['C:\\a\\b.dll', 'C:\\a\\b.dll'],
      ['z:/a/b.dll', 'z:\\a\\b.dll'],
      ['\\\\server\\share\\b.dll', '\\\\server\\share\\b.dll'],
      ['//server/share/b.dll', '\\\\server\\share\\b.dll'],
      ['\\\\?\\C:\\b.dll', '\\\\?\\C:\\b.dll'],
    ])('returns %s with backslashes', (path, normalized) => {
      expect(resolveWinsockLibraries({ ...windowsPath, winsock: path }, notCalled).winsock).toBe(normalized)
    })

    it.each(['C:a.dll', 'C:', '\\a.dll', '/a.dll', 'a\\b.dll', '.\\a.dll', '\\\\server', 'CC:\\a.dll', ''])(
      'rejects %s, which depends on the current drive or directory',
      (path) => {
        for (const name of ['winsock', 'ipHelper', 'kernel', 'provider']) {
          const resolve = () => resolveWinsockLibraries({ ...windowsPath, [name]: path }, notCalled)
          expect(resolve).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
          expect(resolve).toThrow(`libraries.${name}`)
        }
      },
    )

    it('returns the libraries in the system directory by default', () => {
      const { libraries, provider } = resolveNativeOptions({}, () => 'D:\\Windows\\system32')
      expect(libraries).toEqual(systemLibraries('D:\\Windows\\system32'))
      expect(libraries.winsock).toBe('D:\\Windows\\system32\\ws2_32.dll')
      expect(provider).toBeUndefined()
    })
  })
})

describe('systemLibraries', () => {
  it.each(['C:\\Windows\\System32', 'c:/windows/system32/', 'D:\\Win\\..\\Windows\\System32'])(
    'returns absolute paths in %s',
    (directory) => {
      for (const path of Object.values(systemLibraries(directory))) {
        expect(path).toMatch(/^[A-Za-z]:\\windows\\System32\\(ws2_32|iphlpapi|kernel32|mswsock|advapi32)\.dll$/i)
      }
    },
  )

  it.each(['', 'System32', '\\System32', 'C:System32', '\\\\server\\share\\System32', '\\\\?\\C:\\System32'])(
    'rejects the directory %j',
    (directory) => {
      expect(() => systemLibraries(directory)).toThrow(TransportUnavailableError)
    },
  )
})

describe('environmentSystemDirectory', () => {
  it.each(['SystemRoot', 'SYSTEMROOT', 'systemroot'])('reads %s', (name) => {
    expect(environmentSystemDirectory({ PATH: 'C:\\bin', [name]: 'C:\\Windows' })).toBe('C:\\Windows\\System32')
  })

  it('reports that the variable is missing', () => {
    expect(() => environmentSystemDirectory({})).toThrow(TransportUnavailableError)
    expect(() => environmentSystemDirectory({})).toThrow('%SystemRoot% is missing')
  })

  it.each(['', 'Windows', '\\Windows', 'C:Windows', '\\\\server\\share\\Windows', '\\\\?\\C:\\Windows'])(
    'rejects %j, which is not a path on a drive',
    (SystemRoot) => {
      expect(() => environmentSystemDirectory({ SystemRoot })).toThrow(TransportUnavailableError)
    },
  )
})
