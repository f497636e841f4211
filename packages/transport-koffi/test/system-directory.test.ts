import { TransportUnavailableError } from '@winport/transport'
import { expect, it } from 'vitest'
import { readSystemDirectory } from '../src/system-directory.js'

if (process.platform === 'win32') {
  it('readSystemDirectory returns the directory that %SystemRoot% names', () => {
    expect(readSystemDirectory().toLowerCase()).toBe(`${process.env['SystemRoot']}\\system32`.toLowerCase())
  })
} else {
  it('readSystemDirectory fails where there is no kernel32.dll', () => {
    expect(readSystemDirectory).toThrow(TransportUnavailableError)
    expect(readSystemDirectory).toThrow('kernel32.dll')
  })
}
