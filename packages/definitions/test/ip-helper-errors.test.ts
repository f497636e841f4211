import { describe, expect, it } from 'vitest'
import { IP_HELPER_ERRORS, ipHelperError } from '../src/index.js'
import * as numbers from '../src/ip-helper-error-numbers.js'
import { itIsAnErrorTable } from './error-table-behaviour.js'

describe('IP_HELPER_ERRORS', () => {
  itIsAnErrorTable(IP_HELPER_ERRORS, ipHelperError, { ...numbers }, /^(ERROR|RPC)_/)

  it.each([
    ['ERROR_INVALID_FUNCTION', 1, 'EISDIR'],
    ['ERROR_ACCESS_DENIED', 5, 'EPERM'],
    ['ERROR_NOT_ENOUGH_MEMORY', 8, 'ENOMEM'],
    ['ERROR_SHARING_VIOLATION', 32, 'EBUSY'],
    ['ERROR_NOT_SUPPORTED', 50, 'ENOTSUP'],
    ['ERROR_INVALID_PARAMETER', 87, 'EINVAL'],
    ['ERROR_CALL_NOT_IMPLEMENTED', 120, undefined],
    ['ERROR_PROC_NOT_FOUND', 127, undefined],
    ['ERROR_OPERATION_ABORTED', 995, 'ECANCELED'],
    ['ERROR_NOT_FOUND', 1168, undefined],
  ])('has %s as %i, and %s in Node', (name, number, nodeCode) => {
    expect(ipHelperError(number)).toMatchObject({ name, number })
    expect(ipHelperError(name)).toHaveProperty('nodeCode', nodeCode)
  })
})
