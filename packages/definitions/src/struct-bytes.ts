import { invalidArgType, outOfRange } from './argument-errors.js'

/**
 * Checks that `bytes` is a Uint8Array with room for `size` bytes at `offset`.
 *
 * @param struct The struct, to name it in the error.
 * @param role Whether the bytes are written or read, to name them in the error.
 * @throws TypeError `ERR_INVALID_ARG_TYPE` for anything but a Uint8Array, or an offset that is no number.
 * @throws RangeError `ERR_OUT_OF_RANGE` for a buffer too short, or an offset that is no integer or leaves too few bytes.
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
 * Checks that a struct's value, or the object that is to receive it, is an object.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` for anything else.
 */
export function checkStructObject(struct: string, role: 'value' | 'target', value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) throw invalidArgType(`${struct} ${role}`, 'of type object', value)
}

/** Unlike `instanceof`, true for a Uint8Array of another realm, such as a test runner's vm context. */
function isUint8Array(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array'
}
