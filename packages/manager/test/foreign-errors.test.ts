import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import type { Transport } from '@winport/transport'
import { MockKernel } from '@winport/transport-mock'
import { afterAll, describe, expect, it } from 'vitest'
import { ReservationError, ReservationManager } from '../src/index.js'
import { isReservationError } from '../src/reservation-error.js'
import { failureOf } from './failure-of.js'

const folder = mkdtempSync(join(tmpdir(), 'winport-copies-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Installs packages of this workspace in a folder of their own, and loads one of them. */
async function loadCopy(name: string, ...others: string[]): Promise<unknown> {
  const packages = fileURLToPath(new URL('../..', import.meta.url))
  const scope = join(folder, 'node_modules/@winport')
  mkdirSync(scope, { recursive: true })
  for (const other of [name, ...others]) {
    cpSync(join(packages, other, 'dist'), join(scope, other, 'dist'), { recursive: true })
    cpSync(join(packages, other, 'package.json'), join(scope, other, 'package.json'))
  }
  symlinkSync(join(packages, 'definitions'), join(scope, 'definitions'), 'junction')
  return await import(pathToFileURL(join(scope, name, 'dist/index.js')).href)
}

const copy = (await loadCopy('transport-mock', 'transport')) as { MockKernel: typeof MockKernel }

/** Changes what the methods of an object throw, and of the objects that they return. */
function throwing<Target extends object>(target: Target, change: (error: Error) => unknown): Target {
  const fail = (error: unknown) => {
    throw change(error as Error)
  }
  return new Proxy(target, {
    get: (_target, key) => {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value === 'object' && value !== null) return throwing(value, change)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        try {
          const result: unknown = Reflect.apply(value, target, args)
          if (result instanceof Promise) return result.catch(fail)
          return typeof result === 'object' && result !== null && 'ioctlAsync' in result
            ? throwing(result, change)
            : result
        } catch (error) {
          return fail(error)
        }
      }
    },
  })
}

const newForeignError: (message: string) => Error = runInNewContext('(message) => new Error(message)')

/** Only the fields by which an error is recognised. */
function bare(error: Error, create: (message: string) => Error): unknown {
  if (!('errno' in error && 'code' in error)) return error
  return Object.assign(create(error.message), { code: error.code, errno: error.errno })
}

const kinds: { kind: string; Kernel: typeof MockKernel; wrap: (transport: Transport) => Transport }[] = [
  { kind: 'of another copy of @winport/transport', Kernel: copy.MockKernel, wrap: (transport) => transport },
  {
    kind: 'of another author, with a code and a number alone,',
    Kernel: MockKernel,
    wrap: (transport) => throwing(transport, (error) => bare(error, (message) => new Error(message))),
  },
  {
    kind: 'of another realm',
    Kernel: MockKernel,
    wrap: (transport) => throwing(transport, (error) => bare(error, newForeignError)),
  },
]

describe.each(kinds)('errors $kind', ({ Kernel, wrap }) => {
  const tcp = { protocol: 'tcp' } as const

  function open(elevated = true): { kernel: MockKernel; manager: ReservationManager } {
    const kernel = new Kernel()
    return { kernel, manager: new ReservationManager({ transport: wrap(kernel.openTransport({ elevated })) }) }
  }

  it('let a search go on', async () => {
    const { kernel, manager } = open()
    await manager.acquire({ ...tcp, startPort: 5000, count: 2 })
    expect((await manager.acquire({ ...tcp, count: 2, startPort: [5001, 6000] })).startPort).toBe(6000)
    expect((await manager.acquire({ ...tcp, count: 2, within: [5001, 5100] })).startPort).toBe(5002)
    expect((await manager.acquireMatched({ count: 2, startPort: [5001, 6002] })).startPort).toBe(6002)
    await manager.close()
    kernel.assertNothingHeld()
  })

  it('are explained', async () => {
    const { kernel, manager } = open()
    const { faults } = kernel
    const codeAfter = async (
      error: string,
      call: Parameters<typeof faults.fail>[0] = 'SIO_ACQUIRE_PORT_RESERVATION',
    ) => {
      faults.fail(call, error)
      const failure = await failureOf(manager.acquire({ ...tcp, count: 2, startPort: 5000 }))
      expect(failure).toBeInstanceOf(ReservationError)
      expect(failure.errno).toBeGreaterThan(0)
      expect(failure.message).not.toContain('undefined')
      return failure.code
    }
    expect(await codeAfter('WSAEADDRINUSE')).toBe('ERR_PORT_RANGE_IN_USE')
    expect(await codeAfter('WSAEOPNOTSUPP')).toBe('ERR_RESERVATION_UNSUPPORTED')
    expect(await codeAfter('WSAEINVAL')).toBe('EINVAL')
    expect(await codeAfter('WSAEMFILE', 'WSASocketW')).toBe('EMFILE')
    kernel.assertNothingHeld()
    const range = { ...tcp, startPort: 5000, count: 2 }
    expect((await failureOf(manager.persistent.lookup(range))).code).toBe('ERR_RESERVATION_NOT_FOUND')
    faults.fail('CreatePersistentPortReservation', 'ERROR_NOT_ENOUGH_MEMORY')
    expect((await failureOf(manager.persistent.create(range))).code).toBe('ENOMEM')
    expect((await manager.persistent.ensure(range)).startPort).toBe(5000)
    await manager.persistent.delete(range)
    await manager.close()
  })

  it('tell that the machine has no IPv6', async () => {
    const { kernel, manager } = open()
    kernel.faults.fail('WSASocketW', 'WSAEAFNOSUPPORT')
    expect((await manager.acquire({ ...tcp, count: 2 })).count).toBe(2)
    await manager.close()
    kernel.assertNothingHeld()
  })

  it('tell that the process is not elevated', async () => {
    const { manager } = open(false)
    const range = { ...tcp, startPort: 5000, count: 2 }
    expect((await failureOf(manager.persistent.ensure(range))).code).toBe('ERR_ELEVATION_REQUIRED')
    await manager.close()
  })
})

describe('isReservationError', () => {
  it('recognises the error of another copy of the package, and nothing else', async () => {
    const other: unknown = await import(new URL('../src/reservation-error.js?another', import.meta.url).href)
    const { ReservationError: Another } = other as { ReservationError: typeof ReservationError }
    expect(Another).not.toBe(ReservationError)
    expect(isReservationError(new Another('EINVAL', 'Not valid.'))).toBe(true)
    expect(isReservationError(new ReservationError('EINVAL', 'Not valid.'))).toBe(true)
    for (const value of [undefined, null, 'ReservationError', new Error('x'), { name: 'ReservationError' }]) {
      expect(isReservationError(value)).toBe(false)
    }
  })
})
