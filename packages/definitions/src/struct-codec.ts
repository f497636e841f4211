/**
 * One Windows struct: its layout, and how a value becomes bytes in a buffer that the caller owns, and back.
 *
 * Values are in host order and in Node's own shapes; byte order exists in the bytes alone. Layouts are the same on x86,
 * x64 and arm64.
 *
 * @typeParam T The struct as a value.
 * @typeParam Field The fields of the struct as C names them.
 */
export interface StructCodec<T, Field extends string> {
  /** The struct's name in the Windows headers. */
  readonly name: string
  /** `sizeof` the struct, in bytes. */
  readonly size: number
  /** `offsetof` each field, in bytes. */
  readonly offsetOf: Readonly<Record<Field, number>>
  /**
   * Writes the value's `size` bytes into `target` at `offset` (0 unless told), and touches no other byte. Padding is
   * written as zeros. Allocates nothing. Everything is checked first: after an error `target` is as it was.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` for a field, buffer or offset of the wrong type.
   * @throws RangeError `ERR_OUT_OF_RANGE` for a field out of range, a buffer too short, or an offset too far.
   */
  encode(value: Readonly<T>, target: Uint8Array, offset?: number): void
  /**
   * Reads the `size` bytes of `source` at `offset` (0 unless told) into `target` and returns it. With a `target`
   * nothing is allocated but what a field itself is made of, a bigint or a string; without, a new object is returned.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` for a buffer, target or offset of the wrong type.
   * @throws RangeError `ERR_OUT_OF_RANGE` for a buffer too short, or an offset too far, or bytes that are no such struct.
   */
  decode(source: Uint8Array, target?: T, offset?: number): T
}
