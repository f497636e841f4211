import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const binding = Object.getOwnPropertyDescriptor(process, 'binding')

beforeEach(() => {
  vi.resetModules() // the classes are kept once they are loaded
})

afterEach(() => {
  if (binding !== undefined) Object.defineProperty(process, 'binding', binding)
})

function replaceBinding(value: unknown): void {
  Object.defineProperty(process, 'binding', { value, configurable: true, writable: true })
}

async function openErrors(): Promise<Error[]> {
  const { openConnectionHandle, openDatagramHandle, openServerHandle } = await import('../src/adoption/node-handle.js')
  return [openServerHandle, openConnectionHandle, openDatagramHandle].map((open) => {
    try {
      open(0)
    } catch (error) {
      if (error instanceof Error) return error
    }
    throw new Error('should have failed')
  })
}

function messageFor(missing: string): string {
  return (
    `Node.js ${process.version} cannot take over a socket: ${missing}. ` +
    'Use a supported Node.js (20.19 or later), without --permission, and not in a cluster worker.'
  )
}

it('a Node.js without process.binding: AdoptionUnsupportedError', async () => {
  replaceBinding(undefined)
  for (const error of await openErrors()) {
    expect(error).toMatchObject({
      name: 'AdoptionUnsupportedError',
      code: 'ERR_ADOPTION_UNSUPPORTED',
      message: messageFor('process.binding is missing'),
    })
  }
})

it('a Node.js that refuses process.binding: AdoptionUnsupportedError with the refusal as its cause', async () => {
  const refusal = new Error('Access to this API has been restricted')
  replaceBinding(() => {
    throw refusal
  })
  const errors = await openErrors()
  expect(errors.map(({ message }) => message)).toEqual([
    messageFor("process.binding('tcp_wrap') is refused"),
    messageFor("process.binding('tcp_wrap') is refused"),
    messageFor("process.binding('udp_wrap') is refused"),
  ])
  for (const error of errors) expect(error).toMatchObject({ code: 'ERR_ADOPTION_UNSUPPORTED', cause: refusal })
})

it.each([
  ['has no such class', {}],
  ['has a class without open()', { TCP: class {}, UDP: class {} }],
])('a Node.js whose binding %s: AdoptionUnsupportedError', async (_title, wrap) => {
  replaceBinding(() => wrap)
  const errors = await openErrors()
  expect(errors.map(({ message }) => message)).toEqual([
    messageFor("TCP of 'tcp_wrap' has no open()"),
    messageFor("TCP of 'tcp_wrap' has no open()"),
    messageFor("UDP of 'udp_wrap' has no open()"),
  ])
  for (const error of errors) expect(error).toMatchObject({ code: 'ERR_ADOPTION_UNSUPPORTED' })
})

it('importing the package touches no internals', async () => {
  const load = vi.fn()
  replaceBinding(load)
  await import('../src/index.js')
  expect(load).not.toHaveBeenCalled()
})

it('a handle that cannot be opened is closed, and the error has the number, the code and the call', async () => {
  const close = vi.fn()
  const EINVAL = process.platform === 'win32' ? -4071 : -22
  class Handle {
    readonly close = close
    open(): number {
      return EINVAL
    }
  }
  replaceBinding(() => ({ TCP: Handle, UDP: Handle, constants: { SOCKET: 0, SERVER: 1 } }))
  for (const error of await openErrors()) {
    expect(error).toMatchObject({
      message: 'Node.js could not take over the socket: EINVAL',
      code: 'EINVAL',
      errno: EINVAL,
      syscall: 'open',
    })
  }
  expect(close).toHaveBeenCalledTimes(3)
})
