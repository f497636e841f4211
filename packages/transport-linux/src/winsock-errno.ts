import { getSystemErrorName } from 'node:util'
import { WSAEACCES, WSAEMFILE, WSAENOBUFS, winsockError } from '@winport/definitions'

/** Errors of Linux that Winsock has no namesake for. */
const NAMELESS: Readonly<Record<string, number>> = { EPERM: WSAEACCES, ENFILE: WSAEMFILE, ENOMEM: WSAENOBUFS }

/** "This call should never fail." */
const WSASYSCALLFAILURE = 10107

/** The Winsock error that has the name of an errno of Linux; else the nearest. @param errno positive */
export function winsockErrno(errno: number): number {
  const name = getSystemErrorName(-errno)
  return winsockError(`WSA${name}`)?.number ?? NAMELESS[name] ?? WSASYSCALLFAILURE
}
