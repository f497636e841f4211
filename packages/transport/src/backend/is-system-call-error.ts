import { codeOf } from './code-of.js'

/** The fields by which the error of a system call is recognised. */
export interface SystemCallFailure extends Error {
  readonly code: string
  readonly errno: number
  readonly syscall?: string
  readonly nodeCode?: string | undefined
}

const SYSTEM_CODE = /^(?:WSA|ERROR_|UNKNOWN$)/

/**
 * Whether an error is that of a failed call of Winsock or IP Helper: `code` is a name such as WSAEINVAL or ERROR_NOT_FOUND, and
 * `errno` is positive, as Node's own never is. It looks at fields, not at the class, because another copy of this package, another
 * realm or a third-party transport may have created the error.
 */
export function isSystemCallError(error: unknown): error is SystemCallFailure {
  const code = codeOf(error)
  if (typeof code !== 'string' || !SYSTEM_CODE.test(code)) return false
  const errno: unknown = Reflect.get(Object(error), 'errno')
  return typeof errno === 'number' && errno > 0
}
