import { runInNewContext } from 'node:vm'
import { TransportUnavailableError } from '@winport/transport'
import { expect, it } from 'vitest'
import type { Addon } from '../src/addon.js'
import { AddonLibraries } from '../src/addon-libraries.js'

it('explains the error of an addon that another realm loaded, as in a vm context of jest', () => {
  const addon = {
    onComplete: () => {},
    onWaitRefused: () => {},
    load: () => {
      throw runInNewContext("new Error('ipHelper: no such file')")
    },
  }
  const libraries = { winsock: 'ws2_32.dll', ipHelper: 'missing.dll', kernel: 'kernel32.dll' }
  const load = () => new AddonLibraries(addon as unknown as Addon).load({ libraries, provider: undefined })
  expect(load).toThrow(TransportUnavailableError)
  expect(load).toThrow('The library missing.dll cannot be used: no such file')
})
