import { describe, expect, it } from 'vitest'
import { checkObject } from '../src/index.js'

describe('checkObject', () => {
  it.each([[{}], [[]], [new Date()]])('accepts %o', (value) => {
    expect(() => checkObject('options', value)).not.toThrow()
  })

  it.each([undefined, null, 0, 'tcp', () => {}])("rejects %o with Node's error", (value) => {
    expect(() => checkObject('options', value)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringMatching(/^The "options" argument must be of type object\. Received /),
      }),
    )
  })
})
