import { SIO_ASSOCIATE_PORT_RESERVATION } from '@winport/definitions'
import { transportPerTest } from '@winport/native-suite'
import { acquireAsync, encodeToken, SimulatedCall, simulatorPath, UNTIL_RELEASED } from '@winport/winsock-simulator'
import koffi from 'koffi'
import { describe, expect, it } from 'vitest'
import { koffiBackend } from './koffi-backend.js'

const per = await transportPerTest(koffiBackend, 'waiting-thread', 100)
const { simulator } = per

/** An event that is never signalled, to keep threads waiting. */
const library = koffi.load(simulatorPath)
const wait = library.func('WSAWaitForMultipleEvents', 'uint32_t', ['uint32_t', 'void *', 'int', 'uint32_t', 'int'])
const unsignalled = koffi.alloc('void *', 1)
koffi.encode(unsignalled, 'void *', library.func('WSACreateEvent', 'void *', [])())

/** The waiting thread looks for completed calls at the end of each slice anyway. */
const SLICE_MS = 100

const hold = () => simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
const open = () => per.transport.openSocket({ protocol: 'tcp' })

describe('pending calls, for which one thread waits', () => {
  it.each(['succeeds', 'fails', 'is pending'])(
    'complete at once although another call, which %s, has reset the event',
    async (outcome) => {
      const socket = open()
      const token = encodeToken((await acquireAsync(socket, 1)).Token)
      let shortest = Number.POSITIVE_INFINITY
      for (let run = 0; run < 50 && shortest >= SLICE_MS; run++) {
        const started = performance.now()
        occupyThreadPool(40) // so that the wait begins after all of this
        hold()
        const call = acquireAsync(open(), 1)
        simulator.releasePending(1)
        if (outcome === 'fails') simulator.failNext(SimulatedCall.ASSOCIATE, 10_050)
        if (outcome === 'is pending') simulator.setLatency(SimulatedCall.ASSOCIATE, UNTIL_RELEASED)
        const other = socket.ioctlAsync(SIO_ASSOCIATE_PORT_RESERVATION, token, null).catch(({ code }) => code)
        expect((await call).NumberOfPorts).toBe(1)
        shortest = Math.min(shortest, performance.now() - started)
        simulator.releasePending(1)
        expect(await other).toBe(outcome === 'fails' ? 'WSAENETDOWN' : 0)
        simulator.setLatency(SimulatedCall.ASSOCIATE, 0)
      }
      expect(shortest).toBeLessThan(SLICE_MS)
    },
  )

  it('complete although the program has as many asynchronous koffi calls in progress as koffi allows', async () => {
    let waiting = 0
    const waitOnce = () => {
      wait.async(1, unsignalled, 0, 5, 0, () => waiting--)
      waiting++
    }
    expect(() => {
      for (;;) waitOnce()
    }).toThrow('Too many asynchronous calls')
    simulator.setLatency(SimulatedCall.ACQUIRE, 10)
    const call = acquireAsync(open(), 1)
    expect((await call).NumberOfPorts).toBe(1)
    while (waiting > 0) await new Promise(setImmediate)
  })
})

/** Keeps the four threads of libuv's pool busy. */
function occupyThreadPool(milliseconds: number): void {
  for (let i = 0; i < 4; i++) wait.async(1, unsignalled, 0, milliseconds, 0, () => {})
}
