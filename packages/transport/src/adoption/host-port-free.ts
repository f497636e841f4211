import type { Protocol } from '../port-range.js'
import { type BindAttempt, bindBriefly } from './brief-bind.js'
import { addressError } from './handle-error.js'

const isWindows = process.platform === 'win32'

/** Windows also answers EACCES for a port that is reserved or excluded, or that another user or an exclusive socket uses. */
const TAKEN: ReadonlySet<string> = new Set(isWindows ? ['EADDRINUSE', 'EACCES'] : ['EADDRINUSE'])

/** The answers of a machine without the address's family. */
const NO_FAMILY: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'])

/** On Windows a wildcard bind succeeds while another socket of the same user is bound to a specific address. */
const SPECIFIC: readonly string[] = isWindows ? ['127.0.0.1', '::1'] : []

/**
 * Whether a port of this machine can be bound, found out by binding it for a moment. The socket does not listen, so that
 * connections to the port are still refused and parallel calls do not disturb each other. On Windows this does not notice a
 * socket that is bound to a specific address other than 127.0.0.1 and ::1.
 *
 * @throws Error with `code`, `errno` and `syscall` if the bind fails for another reason, such as EMFILE
 */
export function isHostPortFree(protocol: Protocol, port: number): boolean {
  let wildcard = bindBriefly(protocol, '::', port)
  if (wildcard.code !== undefined && NO_FAMILY.has(wildcard.code)) wildcard = bindBriefly(protocol, '0.0.0.0', port)
  if (!isFree(wildcard)) return false
  return SPECIFIC.every((address) => {
    const attempt = bindBriefly(protocol, address, port)
    return (attempt.code !== undefined && NO_FAMILY.has(attempt.code)) || isFree(attempt)
  })
}

function isFree({ address, port, errno, code }: BindAttempt): boolean {
  if (code === undefined) return true
  if (TAKEN.has(code)) return false
  throw addressError(errno, 'bind', { address, port })
}
