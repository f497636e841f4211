import { expect, it } from 'vitest'
import { ipHelperError, UNSUPPORTED_ERRORS, winsockError } from '../src/index.js'

it('UNSUPPORTED_ERRORS names errors of the two tables', () => {
  expect(UNSUPPORTED_ERRORS.size).toBeGreaterThan(0)
  for (const name of UNSUPPORTED_ERRORS) expect(winsockError(name) ?? ipHelperError(name), name).toBeDefined()
})
