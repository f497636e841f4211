import { getEventListeners } from 'node:events'
import { stat } from 'node:fs/promises'
import { INET_PORT_RESERVATION_INSTANCE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import { AbortError, WinsockError, type WinsockSocket } from '@winport/transport'
import {
  acquireAsync,
  encodeRange,
  failureOf,
  type NativeBackend,
  SimulatedCall,
  UNTIL_RELEASED,
} from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import { transportPerTest } from './transport-per-test.js'

/** Overlapped calls that are pending. */
export async function definePendingCallTests(backend: NativeBackend): Promise<void> {
  const per = await transportPerTest(backend, 'pending', 1800)
  const { simulator } = per

  const hold = () => simulator.setLatency(SimulatedCall.ACQUIRE, UNTIL_RELEASED)
  const open = () => per.transport.openSocket({ protocol: 'tcp' })

  describe('pending calls', () => {
    it('complete, 1,000 at once, each with its own result, and do not occupy the thread pool', async () => {
      hold()
      const calls = Array.from({ length: 1000 }, () => acquireAsync(open(), 1))
      expect(simulator.pendingCalls).toBe(1000)
      // The pool of libuv has four threads. If calls occupied it, these would have to wait.
      await Promise.all(Array.from({ length: 100 }, () => stat('.')))
      expect(simulator.releasePending(1000)).toBe(1000)
      const granted = await Promise.all(calls)
      expect(new Set(granted.map(({ StartPort }) => StartPort)).size).toBe(1000)
      expect(new Set(granted.map(({ Token }) => Token)).size).toBe(1000)
    })

    it('complete in any order and without delay', async () => {
      const milliseconds = await fastest(335, async () => {
        const order: number[] = []
        const calls = [300, 100, 200].map(async (latency) => {
          simulator.setLatency(SimulatedCall.ACQUIRE, latency)
          await acquireAsync(open(), 1)
          order.push(latency)
        })
        await Promise.all(calls)
        expect(order).toEqual([100, 200, 300])
      })
      expect(milliseconds).toBeLessThan(335) // does not wait for the end of a time slice of the waiting thread
    })

    it('settle at once if they complete before WSAIoctl returns WSA_IO_PENDING', async () => {
      const socket = open()
      const milliseconds = await fastest(50, async () => {
        simulator.failNext(SimulatedCall.ACQUIRE, 997)
        expect(await failureOf(() => acquireAsync(socket, 1))).toMatchObject({ code: 'WSA_IO_PENDING' })
      })
      expect(milliseconds).toBeLessThan(50)
    })

    it('take long buffers and change only what the kernel writes', async () => {
      hold()
      const input = new Uint8Array(1000).fill(0xff)
      input.set(encodeRange(0, 2))
      const output = new Uint8Array(5000).fill(0xaa)
      const call = open().ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, input, output)
      input.fill(0)
      simulator.releasePending(1)
      expect(await call).toBe(INET_PORT_RESERVATION_INSTANCE.size)
      expect(INET_PORT_RESERVATION_INSTANCE.decode(output).NumberOfPorts).toBe(2)
      expect(output.subarray(INET_PORT_RESERVATION_INSTANCE.size).every((byte) => byte === 0xaa)).toBe(true)
    })

    it('resolve after the caller transferred the output buffer', async () => {
      hold()
      const output = new Uint8Array(16)
      const call = open().ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, encodeRange(0, 1), output)
      structuredClone(output.buffer, { transfer: [output.buffer] })
      simulator.releasePending(1)
      expect(await call).toBe(16)
    })

    it('reject with AbortError on abort, with WSA_OPERATION_ABORTED as the cause', async () => {
      hold()
      const abort = new AbortController()
      const calls = Array.from({ length: 10 }, () => failureOf(() => acquireAsync(open(), 1, { signal: abort.signal })))
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(10)
      abort.abort()
      for (const call of calls) {
        const error = await call
        expect(error).toBeInstanceOf(AbortError)
        expect(error.cause).toBeInstanceOf(WinsockError)
        expect(error.cause).toMatchObject({ code: 'WSA_OPERATION_ABORTED' })
      }
      expect(simulator.counts().calls[SimulatedCall.CANCELIOEX]).toBe(10)
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
    })

    it('resolve if they complete before the abort', async () => {
      hold()
      const abort = new AbortController()
      const call = acquireAsync(open(), 1, { signal: abort.signal })
      simulator.releasePending(1)
      abort.abort()
      expect((await call).NumberOfPorts).toBe(1)
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
    })

    it('stay pending if CancelIoEx fails', async () => {
      hold()
      const abort = new AbortController()
      const call = acquireAsync(open(), 1, { signal: abort.signal })
      simulator.failNext(SimulatedCall.CANCELIOEX, 1168)
      abort.abort()
      simulator.releasePending(1)
      expect((await call).NumberOfPorts).toBe(1)
    })

    it.each([
      ['their socket is closed', (socket: WinsockSocket) => socket.close()],
      ['the kernel cancels them', () => simulator.reset()],
    ] as const)('reject with AbortError after CancelIoEx failed if %s', async (_, end) => {
      hold()
      const socket = open()
      const abort = new AbortController()
      const call = failureOf(() => acquireAsync(socket, 1, { signal: abort.signal }))
      simulator.failNext(SimulatedCall.CANCELIOEX, 1168)
      abort.abort()
      expect(simulator.pendingCalls).toBe(1)
      end(socket)
      const error = await call
      expect(error).toBeInstanceOf(AbortError)
      expect(error.cause).toBeInstanceOf(WinsockError)
      expect(error.cause).toMatchObject({ code: 'WSA_OPERATION_ABORTED' })
      expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
    })

    it('leave no listener on the signal when they complete at once or fail', async () => {
      const { signal } = new AbortController()
      await acquireAsync(open(), 1, { signal })
      simulator.failNext(SimulatedCall.ACQUIRE, 10_050)
      expect(await failureOf(() => acquireAsync(open(), 1, { signal }))).toMatchObject({ code: 'WSAENETDOWN' })
      hold()
      const held = acquireAsync(open(), 1, { signal })
      simulator.failNext(SimulatedCall.ACQUIRE, 10_050)
      const failing = failureOf(() => acquireAsync(open(), 1, { signal }))
      simulator.releasePending(2)
      await held
      expect(await failing).toMatchObject({ code: 'WSAENETDOWN', syscall: 'WSAIoctl(SIO_ACQUIRE_PORT_RESERVATION)' })
      expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    })

    it('reject with WSA_OPERATION_ABORTED when their socket is closed, and do not use its number afterwards', async () => {
      hold()
      const socket = open()
      const abort = new AbortController()
      const call = failureOf(() => acquireAsync(socket, 1, { signal: abort.signal }))
      socket.close()
      const others = Array.from({ length: 3 }, open) // one of these has the number now
      abort.abort()
      const error = await call
      expect(error).toBeInstanceOf(WinsockError)
      expect(error).toMatchObject({ code: 'WSA_OPERATION_ABORTED' })
      const { calls } = simulator.counts()
      expect(calls[SimulatedCall.CANCELIOEX]).toBe(0)
      expect(calls[SimulatedCall.WSAGETOVERLAPPEDRESULT]).toBe(0)
      expect(others).toHaveLength(3)
    })

    it('need little memory', async () => {
      const before = process.memoryUsage().rss
      hold()
      const calls = Array.from({ length: 1000 }, () => acquireAsync(open(), 1))
      expect(process.memoryUsage().rss - before).toBeLessThan(16_000_000)
      simulator.releasePending(1000)
      await Promise.all(calls)
    })

    it('settle once each when abort, close and completion race, and leave nothing open', async () => {
      const settled = { resolved: 0, aborted: 0, closed: 0 }
      for (let round = 0; round < 200; round++) {
        simulator.setLatency(SimulatedCall.ACQUIRE, round % 3)
        const abort = new AbortController()
        const sockets = Array.from({ length: 5 }, open)
        const calls = sockets.map(async (socket) => {
          try {
            await acquireAsync(socket, 1, { signal: abort.signal })
            settled.resolved++
          } catch (error) {
            if (error instanceof AbortError) settled.aborted++
            else if (error instanceof WinsockError && error.code === 'WSA_OPERATION_ABORTED') settled.closed++
            else throw error
          }
        })
        if (round % 4 !== 0) await new Promise((resolve) => setTimeout(resolve, round % 4))
        if (round % 2 === 0) abort.abort()
        else simulator.releasePending(3)
        for (const socket of sockets.slice(0, 3)) socket.close()
        abort.abort()
        await Promise.all(calls)
        for (const socket of sockets) socket.close()
      }
      expect(settled.resolved + settled.aborted + settled.closed).toBe(1000)
      expect(Math.min(...Object.values(settled))).toBeGreaterThan(0)
    })
  })
}

/** The shortest duration of up to 50 runs in milliseconds: a busy machine prolongs most of them. Stops at the first below `limit`. */
async function fastest(limit: number, run: () => Promise<void>): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY
  for (let count = 0; count < 50 && shortest >= limit; count++) {
    const started = performance.now()
    await run()
    shortest = Math.min(shortest, performance.now() - started)
  }
  return shortest
}
