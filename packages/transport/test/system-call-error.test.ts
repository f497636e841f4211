import { IP_HELPER_ERRORS, WINSOCK_ERRORS } from '@winport/definitions'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IpHelperError, SystemCallError, WinsockError } from '../src/index.js'

describe.each([
  { name: 'WinsockError', ErrorClass: WinsockError, table: WINSOCK_ERRORS },
  { name: 'IpHelperError', ErrorClass: IpHelperError, table: IP_HELPER_ERRORS },
])('$name', ({ name, ErrorClass, table }) => {
  it('has the fields of Node’s system errors, filled from the table', () => {
    for (const entry of table) {
      const error = new ErrorClass(entry.number, 'someCall')
      expect(error).toBeInstanceOf(SystemCallError)
      expect(error).toBeInstanceOf(Error)
      expect(error.name).toBe(name)
      expect(error.code).toBe(entry.name)
      expect(error.errno).toBe(entry.number)
      expect(error.syscall).toBe('someCall')
      expect(error.nodeCode).toBe(entry.nodeCode)
      expect(error.message).toBe(`someCall failed: ${entry.name} (${entry.number}): ${entry.meaning}`)
      expect(String(error)).toBe(`${name}: ${error.message}`)
    }
  })

  it('keeps a number that the table does not have', () => {
    const known = new Set(table.map((entry) => entry.number))
    const unknown = fc.integer({ min: 0, max: 0xffff_ffff }).filter((number) => !known.has(number))
    fc.assert(
      fc.property(unknown, fc.string(), (errno, syscall) => {
        const error = new ErrorClass(errno, syscall)
        expect(error).toMatchObject({ code: 'UNKNOWN', errno, syscall, nodeCode: undefined })
        expect(error.message).toBe(`${syscall} failed: UNKNOWN (${errno})`)
      }),
    )
  })

  it('has a cause only if one is given', () => {
    const cause = new Error('deeper')
    expect(new ErrorClass(5, 'someCall', { cause }).cause).toBe(cause)
    expect(new ErrorClass(5, 'someCall')).not.toHaveProperty('cause')
  })
})

describe('WinsockError', () => {
  it('has the name that Windows gives a port in use, and the one that Node gives it', () => {
    expect(new WinsockError(10048, 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)')).toMatchObject({
      code: 'WSAEADDRINUSE',
      errno: 10048,
      syscall: 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)',
      nodeCode: 'EADDRINUSE',
    })
  })

  it('keeps the byte count of the failed call, which defaults to 0', () => {
    expect(new WinsockError(10022, 'WSAIoctl').bytesReturned).toBe(0)
    expect(new WinsockError(10022, 'WSAIoctl', { bytesReturned: 12 }).bytesReturned).toBe(12)
  })
})

describe('IpHelperError', () => {
  it('uses its own table: Winsock has no error 5', () => {
    const error = new IpHelperError(5, 'CreatePersistentTcpPortReservation')
    expect(error).toMatchObject({ code: 'ERROR_ACCESS_DENIED', errno: 5, nodeCode: 'EPERM' })
    expect(new WinsockError(5, 'bind').code).toBe('UNKNOWN')
  })
})
