import { describe, expect, it } from 'vitest'
import { ConformanceContext } from '../src/conformance/index.js'
import { IpHelperError, WinsockError } from '../src/index.js'
import { FakeTransport, fakeTarget } from './fake-target.js'

async function contextOf(seen: string[] = []): Promise<ConformanceContext> {
  return new ConformanceContext(await fakeTarget().openMachine(), 'blocking', seen)
}

const denied = new WinsockError(10_013, 'bind')

describe('fails', () => {
  it('returns the system error if it is the expected one, thrown or rejected', async () => {
    const context = await contextOf()
    const thrown = () => {
      throw denied
    }
    expect(await context.fails('WSAEACCES', thrown)).toBe(denied)
    expect(await context.fails('WSAEACCES', () => Promise.reject(denied))).toBe(denied)
  })

  it('fails if the call succeeds, and says what it returned', async () => {
    const context = await contextOf()
    await expect(context.fails('WSAEACCES', () => 16)).rejects.toThrow('should have failed, but returned 16')
    await expect(context.fails('WSAEACCES', async () => ({}))).rejects.toThrow('but returned an object')
  })

  it('fails if the error is another one, and notes which', async () => {
    const seen: string[] = []
    const context = await contextOf(seen)
    await expect(context.fails('WSAEINVAL', () => Promise.reject(denied))).rejects.toThrow(/WSAEACCES/)
    expect(seen).toEqual(['WSAEACCES'])
  })

  it('lets an error through that no system call made', async () => {
    const bug = new TypeError('a bug in the backend')
    await expect((await contextOf()).fails('WSAEACCES', () => Promise.reject(bug))).rejects.toBe(bug)
  })
})

it('what is seen is kept in order, without repetition', async () => {
  const context = await contextOf()
  for (const what of ['b', 'a', 'b', 'c', 'a']) context.observe(what)
  expect(context.seen).toEqual(['b', 'a', 'c'])
  await context.fails('ERROR_NOT_FOUND', () => Promise.reject(new IpHelperError(1168, 'Lookup')))
  expect(context.seen).toEqual(['b', 'a', 'c', 'ERROR_NOT_FOUND'])
})

it('closes every transport that the test opened', async () => {
  const context = await contextOf()
  const transports = [await context.openTransport(), await context.openTransport({ elevated: false })]
  await context.close()
  expect(transports.map((transport) => transport instanceof FakeTransport && transport.closed)).toEqual([true, true])
})

it('needs a part that the manifest promises', async () => {
  const context = await contextOf()
  expect(() => context.need('reboot')).toThrow('the machine has no reboot()')
})
