import { invalidArgType, ipHelperError, outOfRange, winsockError } from '@winport/definitions'

/** Resolves the number or name of an error. @throws TypeError, RangeError if there is no such error */
export function errorNumber(error: number | string): number {
  if (typeof error === 'number' && Number.isInteger(error) && error > 0) return error
  if (typeof error !== 'string') throw invalidArgType('error', "an error's number or name", error)
  const entry = winsockError(error) ?? ipHelperError(error)
  if (entry === undefined) throw outOfRange('error', "an error's number or name, such as 'WSAENETDOWN'", error)
  return entry.number
}
