import { invalidArgType, outOfRange } from '@winport/definitions'

/**
 * The function that makes control calls: Winsock's, or that of the service provider below Winsock. Microsoft documents the
 * three control codes of port reservations for both.
 */
export type EntryPoint = 'WSAIoctl' | 'WSPIoctl'

/**
 * Checks the entry point and returns it. Default: `'WSAIoctl'`.
 *
 * @throws TypeError, RangeError for any other value
 */
export function resolveEntryPoint(entryPoint?: EntryPoint): EntryPoint {
  const value: unknown = entryPoint ?? 'WSAIoctl'
  if (typeof value !== 'string') throw invalidArgType('entryPoint', "'WSAIoctl' or 'WSPIoctl'", value)
  if (value !== 'WSAIoctl' && value !== 'WSPIoctl') throw outOfRange('entryPoint', "'WSAIoctl' or 'WSPIoctl'", value)
  return value
}
