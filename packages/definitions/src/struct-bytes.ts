import { invalidArgType, outOfRange } from './argument-errors.js'
import { checkObject } from './check-object.js'

/**
 * Checks that `bytes` is a Uint8Array with room for `size` bytes at `offset`.
 *
 * @param struct The struct's name, for the error.
 * @param role Whether the bytes are read or written, for the error.
 * @throws TypeError `ERR_INVALID_ARG_TYPE` if `bytes` is not a Uint8Array or `offset` is not a number.
 * @throws RangeError `ERR_OUT_OF_RANGE` if the buffer is too short, or `offset` is not an integer or leaves too few bytes.
 */
export function checkStructBytes(
  struct: string,
  role: 'source' | 'target',
  bytes: unknown,
  size: number,
  offset: unknown,
): asserts bytes is Uint8Array {
  if (!isUint8Array(bytes)) {
    throw invalidArgType(`${struct} ${role}`, `a Uint8Array of at least ${size} bytes`, bytes)
  }
  if (typeof offset !== 'number') throw invalidArgType(`${struct} offset`, 'of type number', offset)
  if (bytes.length < size) throw outOfRange(`${struct} ${role}.length`, `>= ${size}`, bytes.length)
  if (!Number.isInteger(offset) || offset < 0 || offset > bytes.length - size) {
    const last = bytes.length - size
    throw outOfRange(`${struct} offset`, `an integer >= 0 and <= ${last} in ${bytes.length} bytes`, offset)
  }
}

/**
 * Checks that the value to encode, or the target to decode into, is an object.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`
 */
export function checkStructObject(struct: string, role: 'value' | 'target', value: unknown): asserts value is object {
  checkObject(`${struct} ${role}`, value)
}

/** Unlike `instanceof`, true for a Uint8Array of another realm, such as a test runner's vm context. */
function isUint8Array(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array'
}
