import { describeReceivedType, describeReceivedValue } from './received-value.js'

/**
 * Returns Node's error for an argument of the wrong type.
 *
 * @param name The argument's name. If it contains a dot, the message calls it a property, as Node does.
 * @param expected The words after "must be ", such as `of type number`.
 * @param received The received value. Describing it never throws, not even for a proxy that throws.
 * @see https://nodejs.org/api/errors.html#err_invalid_arg_type
 */
export function invalidArgType(
  name: string,
  expected: string,
  received: unknown,
): TypeError & { code: 'ERR_INVALID_ARG_TYPE' } {
  const kind = name.includes('.') ? 'property' : 'argument'
  const message = `The "${name}" ${kind} must be ${expected}. Received ${describeReceivedType(received)}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' } as const)
}

/**
 * Returns Node's error for a value outside its range.
 *
 * @param name The argument's name.
 * @param range The words after "It must be ", such as `>= 1 and <= 65535`.
 * @param received The received value. Describing it never throws, not even for a proxy that throws.
 * @see https://nodejs.org/api/errors.html#err_out_of_range
 */
export function outOfRange(name: string, range: string, received: unknown): RangeError & { code: 'ERR_OUT_OF_RANGE' } {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${describeReceivedValue(received)}`
  return Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' } as const)
}
