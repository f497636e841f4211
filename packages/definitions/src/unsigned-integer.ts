import { invalidArgType, outOfRange } from './argument-errors.js'

/** The largest USHORT: 65535. */
export const UINT16_MAX = 0xffff
/** The largest ULONG and DWORD: 4294967295. */
export const UINT32_MAX = 0xffff_ffff
/** The largest ULONG64. */
export const UINT64_MAX = 0xffff_ffff_ffff_ffffn

/**
 * Checks that a value is an integer from `min` to `max`, both included.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if the value is not a number.
 * @throws RangeError `ERR_OUT_OF_RANGE` if it is not an integer (NaN and infinities included) or lies outside the range.
 */
export function checkUnsigned(name: string, value: unknown, max: number, min = 0): asserts value is number {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value)
  if (!Number.isInteger(value)) throw outOfRange(name, `an integer >= ${min} and <= ${max}`, value)
  if (value < min || value > max) throw outOfRange(name, `>= ${min} and <= ${max}`, value)
}

/**
 * Checks that a value is a bigint from 0 to 2 ** 64 - 1, a ULONG64.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if the value is not a bigint: a number cannot hold every token.
 * @throws RangeError `ERR_OUT_OF_RANGE` if it lies outside the range.
 */
export function checkUnsigned64(name: string, value: unknown): asserts value is bigint {
  if (typeof value !== 'bigint') throw invalidArgType(name, 'of type bigint', value)
  if (value < 0n || value > UINT64_MAX) throw outOfRange(name, '>= 0n and < 2n ** 64n', value)
}
