import { invalidArgType, outOfRange } from '@winport/definitions'

/**
 * The function that control calls are made through: Winsock's own, or that of the service provider below Winsock. Both
 * are documented for the three codes of port reservations.
 */
export type EntryPoint = 'WSAIoctl' | 'WSPIoctl'

/**
 * The entry point that was asked for; `'WSAIoctl'` unless told.
 *
 * @throws TypeError, RangeError for anything else
 */
export function resolveEntryPoint(entryPoint?: EntryPoint): EntryPoint {
  const value: unknown = entryPoint ?? 'WSAIoctl'
  if (typeof value !== 'string') throw invalidArgType('entryPoint', "'WSAIoctl' or 'WSPIoctl'", value)
  if (value !== 'WSAIoctl' && value !== 'WSPIoctl') throw outOfRange('entryPoint', "'WSAIoctl' or 'WSPIoctl'", value)
  return value
}
