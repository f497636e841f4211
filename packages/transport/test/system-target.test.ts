import { release } from 'node:os'
import { expect, it } from 'vitest'
import { type ConformanceProcess, hasIPv6, runConformance, systemTarget } from '../src/conformance/index.js'
import { IpHelperError, type Transport, WinsockError } from '../src/index.js'
import { FAKE_PASSES, FakeTransport } from './fake-target.js'

const WSAEOPNOTSUPP = 10_045
const ERROR_ACCESS_DENIED = 5
const ERROR_PROC_NOT_FOUND = 127
const ERROR_SHARING_VIOLATION = 32

const NO_ERROR = 0

/** The features of a machine without port reservations. */
const bare = hasIPv6() ? ['ipv6'] : []

/** A machine on which ACQUIRE and Create end with these errors. */
function machineWith(acquireError: number, createError: number) {
  const created: unknown[] = []
  const openTransport = (): Transport =>
    Object.assign(new FakeTransport(), {
      openSocket: (): never =>
        ({
          ioctl: (_code: number, _input: Uint8Array, output: Uint8Array) => {
            if (acquireError !== NO_ERROR) throw new WinsockError(acquireError, 'WSAIoctl')
            output.set([0x13, 0x88, 1])
            return 16
          },
          [Symbol.dispose]: () => {},
        }) as never,
      persistent: {
        create: async (range: object) => {
          if (createError !== NO_ERROR) throw new IpHelperError(createError, 'Create')
          created.push(range)
          return 1n
        },
        lookup: async () => 1n,
        delete: async () => {
          created.pop()
        },
      },
    })
  return { openTransport, created }
}

it.each([
  ['everything', NO_ERROR, NO_ERROR, ['runtime-reservations', 'persistent-reservations'], []],
  ['no elevation', NO_ERROR, ERROR_ACCESS_DENIED, ['runtime-reservations', 'unelevated'], ['ERROR_ACCESS_DENIED']],
  ['nothing', WSAEOPNOTSUPP, ERROR_PROC_NOT_FOUND, [], ['WSAEOPNOTSUPP', 'ERROR_PROC_NOT_FOUND']],
  [
    'errors that do not mean that something is missing',
    10_050,
    ERROR_SHARING_VIOLATION,
    ['runtime-reservations', 'persistent-reservations'],
    ['WSAENETDOWN', 'ERROR_SHARING_VIOLATION'],
  ],
])('finds out the features of a machine with %s', async (_what, acquireError, createError, features, refusals) => {
  const machine = machineWith(acquireError, createError)
  const target = await systemTarget('the fake', machine.openTransport)
  expect([...target.features]).toEqual([...bare, ...features])
  expect(target.refusals.map(({ code }) => code)).toEqual(refusals)
  expect(machine.created).toEqual([])
})

it('creates its trial reservation where the machine has a free port', async () => {
  const { openTransport } = machineWith(NO_ERROR, NO_ERROR)
  const ranges: unknown[] = []
  await systemTarget('the fake', () => {
    const transport = openTransport()
    const { persistent } = transport
    const create: typeof persistent.create = (range) => {
      ranges.push(range)
      return persistent.create(range)
    }
    return Object.assign(transport, { persistent: { ...persistent, create } })
  })
  expect(ranges).toEqual([{ protocol: 'tcp', startPort: 5000, count: 1 }])
})

it('passes on an error that is no system error', async () => {
  const bug = new TypeError('a bug')
  const openSocket = () => {
    throw bug
  }
  const openTransport = () => Object.assign(new FakeTransport(), { openSocket })
  await expect(systemTarget('the fake', openTransport)).rejects.toBe(bug)
})

it('describes this machine, unless the options say otherwise', async () => {
  const { openTransport } = machineWith(WSAEOPNOTSUPP, ERROR_PROC_NOT_FOUND)
  await using here = await (await systemTarget('the fake', openTransport)).openMachine()
  expect(here.windowsBuild).toBe(Number(release().split('.')[2]))
  expect(here.dynamicRange).toEqual({ startPort: 49_152, count: 16_384 })
  const given = { windowsBuild: 7, dynamicRange: { startPort: 1025, count: 5 } }
  await using machine = await (await systemTarget('the fake', openTransport, given)).openMachine()
  expect(machine).toMatchObject(given)
})

it('lists another process only if it can open one, and ends those that tests opened', async () => {
  const { openTransport } = machineWith(WSAEOPNOTSUPP, ERROR_PROC_NOT_FOUND)
  let ended = 0
  const unexpected = (): never => {
    throw new Error('an unexpected call')
  }
  const openProcess = (): ConformanceProcess => ({
    acquire: unexpected,
    release: unexpected,
    bind: unexpected,
    kill: unexpected,
    [Symbol.asyncDispose]: async () => void ended++,
  })
  const target = await systemTarget('the fake', openTransport, { openProcess })
  expect([...target.features]).toEqual([...bare, 'other-process'])
  {
    await using machine = await target.openMachine()
    await machine.openProcess?.()
  }
  expect(ended).toBe(1)
})

it('does not report the persistent functions as missing if Create is refused for lack of elevation', async () => {
  const results = async (createError: number) => {
    const target = await systemTarget('the fake', machineWith(WSAEOPNOTSUPP, createError).openTransport)
    return (await runConformance(target)).results.find(({ title }) => title === FAKE_PASSES)?.outcome
  }
  expect(await results(ERROR_ACCESS_DENIED)).toBe('not shown')
  expect(await results(ERROR_PROC_NOT_FOUND)).toBe('failed') // Lookup and Delete of this machine succeed
})

it('finds out that the transport has a socket table', async () => {
  const table = {
    read: async () => [],
    readProcess: async () => ({ image: null, started: null }),
    readUser: async () => 'PC\\me',
    readServices: async () => new Map(),
  }
  const { openTransport } = machineWith(NO_ERROR, NO_ERROR)
  const target = await systemTarget('the fake', () => Object.assign(openTransport(), { socketTable: table }))
  expect(target.features).toContain('socket-table')
})
