import { describe, expect, it } from 'vitest'
import { DEFAULT_WORLD, WORLD_ANSWERS, type World } from '../src/backend/index.js'
import { ConformanceContext, type ConformanceContextOptions } from '../src/conformance/index.js'
import { IpHelperError, WinsockError } from '../src/index.js'
import { FakeTransport, fakeTarget } from './fake-target.js'

async function contextOf(options: Partial<ConformanceContextOptions> = {}): Promise<ConformanceContext> {
  return new ConformanceContext(await fakeTarget().openMachine(), { mode: 'blocking', ...options })
}

const WORLD: World = { ...DEFAULT_WORLD, blockExhausted: 'WSAENOBUFS', portOrder: 'lowest' }

const denied = new WinsockError(10_013, 'bind')
const rejectDenied = () => Promise.reject(denied)

describe('fails', () => {
  it('returns the expected system error, thrown or rejected', async () => {
    const context = await contextOf()
    const thrown = () => {
      throw denied
    }
    expect(await context.fails('WSAEACCES', thrown)).toBe(denied)
    expect(await context.fails('WSAEACCES', rejectDenied)).toBe(denied)
    expect(await context.fails(['WSAEINVAL', 'WSAEACCES'], rejectDenied)).toBe(denied)
  })

  it('fails if the call succeeds, and says what it returned', async () => {
    const context = await contextOf()
    await expect(context.fails('WSAEACCES', () => 16)).rejects.toThrow('should have failed, but returned 16')
    await expect(context.fails('WSAEACCES', async () => ({}))).rejects.toThrow('but returned an object')
  })

  it('fails if the error is another one, and notes which', async () => {
    const context = await contextOf()
    await expect(context.fails('WSAEINVAL', rejectDenied)).rejects.toThrow(
      'bind failed with WSAEACCES; expected WSAEINVAL',
    )
    expect(context.seen).toEqual(['WSAEACCES'])
  })

  it('passes on an error that is no system error', async () => {
    const bug = new TypeError('a bug in the backend')
    const context = await contextOf()
    const reject = () => Promise.reject(bug)
    await expect(context.fails('WSAEACCES', reject)).rejects.toBe(bug)
    await expect(context.refuses('blockExhausted', reject)).rejects.toBe(bug)
    await expect(context.tries('secondAcquire', reject)).rejects.toBe(bug)
  })
})

describe('an unsettled point', () => {
  it('accepts every listed answer where the world is unknown, and no other', async () => {
    const context = await contextOf()
    for (const answer of ['WSAENOBUFS', 'WSAEADDRINUSE', 'WSAEACCES']) context.expect('blockExhausted', answer)
    expect(() => context.expect('blockExhausted', 'WSAEFAULT')).toThrow(
      `blockExhausted is answered with WSAEFAULT; expected ${WORLD_ANSWERS.blockExhausted.join(' or ')}`,
    )
    context.expect('bytesReturned', 8)
    expect(() => context.expect('bytesReturned', 4)).toThrow('bytesReturned is answered with 4')
  })

  it("accepts the world's answer alone where the world is known", async () => {
    const context = await contextOf({ world: WORLD })
    context.expect('blockExhausted', 'WSAENOBUFS')
    expect(() => context.expect('blockExhausted', 'WSAEACCES')).toThrow(
      'blockExhausted is answered with WSAEACCES; expected WSAENOBUFS',
    )
  })

  it('is reported once for each answer if the test observes it, even if the answer is not the expected one', async () => {
    const context = await contextOf({ world: WORLD, observe: ['blockExhausted'] })
    context.expect('blockExhausted', 'WSAENOBUFS')
    context.expect('blockExhausted', 'WSAENOBUFS')
    context.expect('portOrder', 'lowest')
    await expect(context.refuses('blockExhausted', rejectDenied)).rejects.toThrow('WSAEACCES')
    expect(context.observations).toEqual([
      { point: 'blockExhausted', seen: 'WSAENOBUFS' },
      { point: 'blockExhausted', seen: 'WSAEACCES' },
    ])
  })

  it('is answered by a call that must fail, or that may succeed', async () => {
    const context = await contextOf({ observe: ['blockExhausted', 'lookupUnelevated'] })
    expect(await context.refuses('blockExhausted', rejectDenied)).toBe(denied)
    await expect(context.refuses('blockExhausted', () => 0)).rejects.toThrow('should have failed')
    expect(await context.tries('lookupUnelevated', () => 1n)).toBe('success')
    const lookupDenied = new IpHelperError(5, 'Lookup')
    expect(await context.tries('lookupUnelevated', () => Promise.reject(lookupDenied))).toBe('ERROR_ACCESS_DENIED')
    expect(context.observations.map(({ seen }) => seen)).toEqual(['WSAEACCES', 'success', 'ERROR_ACCESS_DENIED'])
  })
})

it('keeps notes in order and without repetition', async () => {
  const context = await contextOf()
  for (const what of ['b', 'a', 'b', 'c', 'a']) context.note(what)
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

it('fails if the machine lacks a part that the test needs', async () => {
  const context = await contextOf()
  expect(() => context.need('reboot')).toThrow('the machine has no reboot()')
})
