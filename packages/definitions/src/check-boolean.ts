import { invalidArgType } from './argument-errors.js'

/**
 * Checks that a value is a boolean.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`
 */
export function checkBoolean(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value)
}
