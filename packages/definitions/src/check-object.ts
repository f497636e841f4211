import { invalidArgType } from './argument-errors.js'

/**
 * Checks that a value is an object other than null.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`
 */
export function checkObject(name: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) throw invalidArgType(name, 'of type object', value)
}
