import util from 'node:util'
import type { SocketAddress } from '@winport/transport'
import { isReservationError } from './reservation-error.js'

/** The call of Node's that would fail in place of ours. */
export interface NodeCall extends SocketAddress {
  readonly syscall: 'listen' | 'bind'
}

/** The codes that programs compare, with their fields. */
const ADDRESS_ERRORS: ReadonlySet<string> = new Set(['EADDRINUSE', 'EADDRNOTAVAIL'])

/**
 * Gives the error of an address that cannot be bound the fields of Node's own. The `cause` keeps those of the system. Every other
 * error is returned as it is.
 */
export function asNodeError(error: unknown, { syscall, address, port }: NodeCall): unknown {
  if (!isReservationError(error) || !ADDRESS_ERRORS.has(error.code)) return error
  numbers ??= new Map([...util.getSystemErrorMap()].map(([errno, [code]]) => [code, errno]))
  return Object.assign(error, { errno: numbers.get(error.code), syscall, address }, port === 0 ? {} : { port })
}

/** The numbers of libuv's errors on this system. */
let numbers: Map<string, number> | undefined
