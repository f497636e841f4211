/**
 * The names of the errors that say that a system has no port reservations: the answers to an unknown control code, to a
 * function that does not exist, and to one that exists as a stub.
 */
export const UNSUPPORTED_ERRORS: ReadonlySet<string> = new Set([
  'WSAEOPNOTSUPP',
  'ERROR_PROC_NOT_FOUND',
  'ERROR_NOT_SUPPORTED',
])
