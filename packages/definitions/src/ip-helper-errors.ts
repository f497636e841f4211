import { indexSystemErrors, type SystemErrorEntry } from './system-error-entry.js'

/**
 * The documented errors of the six functions for persistent reservations, and other errors that a call of IP Helper may
 * return, by number. The meanings are worded for those functions.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/api/iphlpapi/nf-iphlpapi-createpersistenttcpportreservation
 */
export const IP_HELPER_ERRORS: readonly SystemErrorEntry[] = [
  {
    number: 1,
    name: 'ERROR_INVALID_FUNCTION',
    meaning: 'The system does not implement the request.',
    nodeCode: 'EISDIR',
  },
  {
    number: 2,
    name: 'ERROR_FILE_NOT_FOUND',
    meaning: 'The driver or service behind the call was not found.',
    nodeCode: 'ENOENT',
  },
  {
    number: 5,
    name: 'ERROR_ACCESS_DENIED',
    meaning: 'The caller is not an administrator or its process is not elevated.',
    nodeCode: 'EPERM',
  },
  { number: 6, name: 'ERROR_INVALID_HANDLE', meaning: 'A handle is not valid.', nodeCode: 'EBADF' },
  {
    number: 8,
    name: 'ERROR_NOT_ENOUGH_MEMORY',
    meaning: 'There is not enough memory for the call.',
    nodeCode: 'ENOMEM',
  },
  { number: 14, name: 'ERROR_OUTOFMEMORY', meaning: 'The system ran out of memory.', nodeCode: 'ENOMEM' },
  { number: 31, name: 'ERROR_GEN_FAILURE', meaning: 'A device or driver behind the call failed.', nodeCode: 'EIO' },
  {
    number: 32,
    name: 'ERROR_SHARING_VIOLATION',
    meaning: 'A port of the range is in use, or the range overlaps a persistent reservation.',
    nodeCode: 'EBUSY',
  },
  {
    number: 50,
    name: 'ERROR_NOT_SUPPORTED',
    meaning: 'This system does not support the request.',
    nodeCode: 'ENOTSUP',
  },
  {
    number: 87,
    name: 'ERROR_INVALID_PARAMETER',
    meaning: 'The start port or the number of ports is 0, or the range ends past the last port.',
    nodeCode: 'EINVAL',
  },
  {
    number: 120,
    name: 'ERROR_CALL_NOT_IMPLEMENTED',
    meaning: 'The function exists only as a stub.',
    nodeCode: undefined,
  },
  {
    number: 122,
    name: 'ERROR_INSUFFICIENT_BUFFER',
    meaning: 'A buffer is too small for the result.',
    nodeCode: 'EINVAL',
  },
  {
    number: 126,
    name: 'ERROR_MOD_NOT_FOUND',
    meaning: 'The library or one that it needs was not found.',
    nodeCode: 'ENOENT',
  },
  {
    number: 127,
    name: 'ERROR_PROC_NOT_FOUND',
    meaning: 'The library does not export the function.',
    nodeCode: undefined,
  },
  { number: 170, name: 'ERROR_BUSY', meaning: 'The resource is in use.', nodeCode: undefined },
  { number: 183, name: 'ERROR_ALREADY_EXISTS', meaning: 'The object already exists.', nodeCode: 'EEXIST' },
  { number: 234, name: 'ERROR_MORE_DATA', meaning: 'More of the result is available.', nodeCode: undefined },
  { number: 487, name: 'ERROR_INVALID_ADDRESS', meaning: 'A pointer is not valid.', nodeCode: undefined },
  { number: 740, name: 'ERROR_ELEVATION_REQUIRED', meaning: 'The call needs an elevated process.', nodeCode: 'EACCES' },
  {
    number: 995,
    name: 'ERROR_OPERATION_ABORTED',
    meaning: 'The call was cancelled or its thread ended.',
    nodeCode: 'ECANCELED',
  },
  {
    number: 997,
    name: 'ERROR_IO_PENDING',
    meaning: 'The request was started and will complete later.',
    nodeCode: undefined,
  },
  {
    number: 998,
    name: 'ERROR_NOACCESS',
    meaning: 'A pointer refers to memory that is not accessible.',
    nodeCode: 'EFAULT',
  },
  {
    number: 1058,
    name: 'ERROR_SERVICE_DISABLED',
    meaning: 'A service behind the call is disabled.',
    nodeCode: undefined,
  },
  {
    number: 1062,
    name: 'ERROR_SERVICE_NOT_ACTIVE',
    meaning: 'A service behind the call is not running.',
    nodeCode: undefined,
  },
  {
    number: 1168,
    name: 'ERROR_NOT_FOUND',
    meaning: 'No persistent reservation has exactly this range.',
    nodeCode: undefined,
  },
  {
    number: 1314,
    name: 'ERROR_PRIVILEGE_NOT_HELD',
    meaning: 'The caller lacks a privilege that the call needs.',
    nodeCode: 'EPERM',
  },
  {
    number: 1332,
    name: 'ERROR_NONE_MAPPED',
    meaning: 'No account has this security identifier.',
    nodeCode: undefined,
  },
  { number: 1359, name: 'ERROR_INTERNAL_ERROR', meaning: 'The system had an internal error.', nodeCode: undefined },
  {
    number: 1450,
    name: 'ERROR_NO_SYSTEM_RESOURCES',
    meaning: 'The system lacks the resources for the call.',
    nodeCode: undefined,
  },
  { number: 1460, name: 'ERROR_TIMEOUT', meaning: 'The call timed out.', nodeCode: undefined },
  {
    number: 1722,
    name: 'RPC_S_SERVER_UNAVAILABLE',
    meaning: 'The service behind the call cannot be reached.',
    nodeCode: undefined,
  },
  {
    number: 1784,
    name: 'ERROR_INVALID_USER_BUFFER',
    meaning: 'A buffer does not fit the request.',
    nodeCode: undefined,
  },
]

let index: ReadonlyMap<number | string, SystemErrorEntry> | undefined

/** Finds an IP Helper error by its number or its name. Undefined if the table does not have it. Never throws. */
export function ipHelperError(numberOrName: number | string): SystemErrorEntry | undefined {
  index ??= indexSystemErrors(IP_HELPER_ERRORS)
  return index.get(numberOrName)
}
