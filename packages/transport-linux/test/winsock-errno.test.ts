import { constants } from 'node:os'
import { expect, it } from 'vitest'
import { winsockErrno } from '../src/winsock-errno.js'

const { errno } = constants

it.each([
  [errno.EADDRINUSE, 10_048],
  [errno.EACCES, 10_013],
  [errno.EINVAL, 10_022],
  [errno.EMFILE, 10_024],
  [errno.ENFILE, 10_024],
  [errno.EPERM, 10_013],
  [errno.ENOMEM, 10_055],
  [errno.EXDEV, 10_107],
])('translates errno %i of Linux to %i', (linux, winsock) => {
  expect(winsockErrno(linux)).toBe(winsock)
})
