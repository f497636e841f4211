/**
 * The layout of one Windows struct, and the conversion between its value and its bytes.
 *
 * Values are in host order and have the shapes that Node uses; only the bytes have a byte order. The layouts are the same
 * on x86, x64 and arm64.
 *
 * @typeParam T The struct's value.
 * @typeParam Field The names of the struct's fields in C.
 */
export interface StructCodec<T, Field extends string> {
  /** The struct's name in the Windows headers. */
  readonly name: string
  /** `sizeof` the struct, in bytes. */
  readonly size: number
  /** `offsetof` each field, in bytes. */
  readonly offsetOf: Readonly<Record<Field, number>>
  /**
   * Writes the value's `size` bytes into `target` at `offset` (default 0) and changes no other byte. Padding is written as
   * zeros. Allocates nothing. Checks every argument before it writes: an error leaves `target` unchanged.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if a field, `target` or `offset` has the wrong type.
   * @throws RangeError `ERR_OUT_OF_RANGE` if a field is out of range or `target` has too few bytes at `offset`.
   */
  encode(value: Readonly<T>, target: Uint8Array, offset?: number): void
  /**
   * Reads the `size` bytes of `source` at `offset` (default 0) into `target` and returns `target`. Without a `target` it
   * returns a new object; with one it allocates only the bigints and strings of the fields.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE` if `source`, `target` or `offset` has the wrong type.
   * @throws RangeError `ERR_OUT_OF_RANGE` if `source` has too few bytes at `offset`, or its bytes are not this struct.
   */
  decode(source: Uint8Array, target?: T, offset?: number): T
}
