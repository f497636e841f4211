import { describe, expect, it } from 'vitest'
import { checkBoolean } from '../src/index.js'

describe('checkBoolean', () => {
  it.each([true, false])('accepts %s', (value) => {
    expect(() => checkBoolean('elevated', value)).not.toThrow()
  })

  it.each([undefined, null, 0, 'true', {}])("rejects %o with Node's error", (value) => {
    expect(() => checkBoolean('elevated', value)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringMatching(/^The "elevated" argument must be of type boolean\. Received /),
      }),
    )
  })
})
