import dgram from 'node:dgram'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const binding = Object.getOwnPropertyDescriptor(process, 'binding')
const createServerHandle = Object.getOwnPropertyDescriptor(net, '_createServerHandle')

beforeEach(() => {
  vi.resetModules() // the classes are kept once they are found
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  if (binding !== undefined) Object.defineProperty(process, 'binding', binding)
  if (createServerHandle !== undefined) Object.defineProperty(net, '_createServerHandle', createServerHandle)
})

function replace(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, configurable: true, writable: true })
}

const EMFILE = -24

type Source = () => unknown

/** Replaces what net and dgram offer. Each function returns the handle, or throws. */
function replaceHandles(tcp: Source | undefined, udp: Source): void {
  replace(net, '_createServerHandle', tcp)
  vi.spyOn(dgram, 'createSocket').mockImplementation(
    () => ({ [Symbol('state symbol')]: { handle: udp() }, close: () => {} }) as never,
  )
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

function messageFor(missing: string, runtime = `Node.js ${process.version}`): string {
  return (
    `${runtime} cannot take over a socket: ${missing}. ` +
    'It needs Node.js 20.19 or later; with --permission, Node.js 26 also needs --allow-net.'
  )
}

describe('an adoption', () => {
  it.each<[title: string, tcp: Source | undefined, udp: Source, load: Source | undefined]>([
    ['no handle', () => EMFILE, () => null, () => undefined],
    ['no open()', () => ({ close: () => {} }), () => ({}), () => ({ TCP: class {}, UDP: class {} })],
    ['no source', undefined, () => null, undefined],
  ])('fails with ERR_ADOPTION_UNSUPPORTED if Node has %s', async (_title, tcp, udp, load) => {
    replaceHandles(tcp, udp)
    replace(process, 'binding', load)
    const [server, connection, datagram] = await openErrors()
    const tcpMessage = messageFor(
      "net._createServerHandle has no handle class; process.binding('tcp_wrap') has no handle class",
    )
    const udpMessage = messageFor(
      "dgram.createSocket has no handle class; process.binding('udp_wrap') has no handle class",
    )
    for (const [error, message] of [
      [server, tcpMessage],
      [connection, tcpMessage],
      [datagram, udpMessage],
    ] as const) {
      expect(error).toMatchObject({ name: 'AdoptionUnsupportedError', code: 'ERR_ADOPTION_UNSUPPORTED', message })
    }
  })

  it('reports both refusals if Node refuses both sources', async () => {
    const [first, second] = [new Error('Use --allow-net.'), new Error('process.binding.')]
    const refuse = (error: Error) => () => {
      throw error
    }
    replaceHandles(refuse(first), refuse(first))
    replace(process, 'binding', refuse(second))
    const [error] = await openErrors()
    expect(error?.message).toBe(
      messageFor(
        "net._createServerHandle failed: Use --allow-net; process.binding('tcp_wrap') failed: process.binding",
      ),
    )
    expect(error?.cause).toMatchObject({ errors: [{ cause: first }, { cause: second }] })
  })

  it.each([
    ['bun', 'Bun 1.2.3'],
    ['deno', 'Deno 1.2.3'],
  ])('names %s in the error', async (name, runtime) => {
    replaceHandles(undefined, () => null)
    replace(process, 'binding', undefined)
    vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, [name]: '1.2.3' })
    const [error] = await openErrors()
    expect(error?.message.startsWith(`${runtime} cannot take over a socket: `)).toBe(true)
  })

  it('uses process.binding if net and dgram have no handle class', async () => {
    const opened: string[] = []
    const classOf = (name: string) =>
      class {
        open(): number {
          opened.push(name)
          return 0
        }
      }
    replaceHandles(undefined, () => null)
    replace(process, 'binding', () => ({ TCP: classOf('TCP'), UDP: classOf('UDP') }))
    const handles = await import('../src/adoption/node-handle.js')
    handles.openServerHandle(3)
    handles.openDatagramHandle(4)
    expect(opened).toEqual(['TCP', 'UDP'])
  })

  it('uses IPv6 to find the class on a machine without IPv4, and closes the handle', async () => {
    let open = 0
    class Handle {
      open(): number {
        return 0
      }
      close(): void {
        open--
      }
    }
    const EADDRNOTAVAIL = -99
    replace(net, '_createServerHandle', (address: string) => {
      if (address === '127.0.0.1') return EADDRNOTAVAIL
      open++
      return new Handle()
    })
    replace(process, 'binding', undefined)
    const { openServerHandle } = await import('../src/adoption/node-handle.js')
    expect(openServerHandle(3)).toBeInstanceOf(Handle)
    expect(open).toBe(0)
  })

  it('closes a handle that cannot take over the socket, and reports the code, the number and the call', async () => {
    const close = vi.fn()
    const EINVAL = process.platform === 'win32' ? -4071 : -22
    class Handle {
      readonly close = close
      open(): number {
        return EINVAL
      }
    }
    replaceHandles(undefined, () => null)
    replace(process, 'binding', () => ({ TCP: Handle, UDP: Handle }))
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
})

it('importing the package calls no internals of Node', async () => {
  const call = vi.fn()
  replace(process, 'binding', call)
  replace(net, '_createServerHandle', call)
  vi.spyOn(dgram, 'createSocket').mockImplementation(call)
  await import('../src/index.js')
  await import('../src/backend/index.js')
  expect(call).not.toHaveBeenCalled()
})
