import { describe, expect, it } from 'vitest'
import { checkKnownOptions } from '../src/index.js'

const KNOWN = ['count', 'startPort']

describe('checkKnownOptions', () => {
  it.each([[{}], [{ count: 1 }], [{ count: 1, startPort: null }], [{ statrPort: undefined }]])(
    'accepts %j',
    (options) => {
      expect(() => checkKnownOptions(options, KNOWN)).not.toThrow()
    },
  )

  it.each([[{ statrPort: 5000 }], [{ count: 1, statrPort: null }]])(
    'rejects %j and names the known options',
    (options) => {
      expect(() => checkKnownOptions(options, KNOWN)).toThrow(
        expect.objectContaining({
          name: 'TypeError',
          code: 'ERR_INVALID_ARG_VALUE',
          message: 'The option "statrPort" is unknown. The known options are count, startPort.',
        }),
      )
    },
  )
})
