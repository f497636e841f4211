import { describe, expect, it } from 'vitest'
import { WINSOCK_ERRORS, winsockError } from '../src/index.js'
import * as numbers from '../src/winsock-error-numbers.js'
import { itIsAnErrorTable } from './error-table-behaviour.js'

describe('WINSOCK_ERRORS', () => {
  itIsAnErrorTable(WINSOCK_ERRORS, winsockError, { ...numbers }, /^WSA/)

  it.each([
    ['WSA_IO_PENDING', 997],
    ['WSA_OPERATION_ABORTED', 995],
    ['WSAEINTR', 10004],
    ['WSAEACCES', 10013],
    ['WSAEFAULT', 10014],
    ['WSAEINVAL', 10022],
    ['WSAEINPROGRESS', 10036],
    ['WSAENOTSOCK', 10038],
    ['WSAEOPNOTSUPP', 10045],
    ['WSAEADDRINUSE', 10048],
    ['WSAEADDRNOTAVAIL', 10049],
    ['WSAENETDOWN', 10050],
  ])('has %s, which the control codes document, as %i', (name, number) => {
    expect(winsockError(name)?.number).toBe(number)
    expect(winsockError(number)?.name).toBe(name)
  })

  it.each([
    ['WSAEACCES', 'EACCES'],
    ['WSAEADDRINUSE', 'EADDRINUSE'],
    ['WSAEADDRNOTAVAIL', 'EADDRNOTAVAIL'],
    ['WSAEWOULDBLOCK', 'EAGAIN'],
    ['WSAEINTR', 'ECANCELED'],
    ['WSA_OPERATION_ABORTED', 'ECANCELED'],
    ['WSAEPFNOSUPPORT', 'EINVAL'],
    ['WSAESHUTDOWN', 'EPIPE'],
    ['WSAEOPNOTSUPP', undefined],
    ['WSAENETDOWN', undefined],
  ])('maps %s to %s in Node', (name, nodeCode) => {
    expect(winsockError(name)).toHaveProperty('nodeCode', nodeCode)
  })

  it('has every range of documented errors', () => {
    for (const number of [6, 8, 87, 995, 996, 997, 10004, 10009, 10071, 10091, 10093, 10101, 10112, 11001, 11031]) {
      expect(winsockError(number), String(number)).toBeDefined()
    }
  })
})
