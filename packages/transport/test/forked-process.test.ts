import { expect, it } from 'vitest'
import { ForkedProcess } from '../src/conformance/index.js'
import { WinsockError } from '../src/index.js'

const PROGRAM = new URL('forked-process-child.mjs', import.meta.url)

it('makes the calls in the second process, and returns tokens unchanged and errors with their numbers', async () => {
  await using other = await ForkedProcess.start(PROGRAM, ['serve'], { execArgv: [] })
  expect(other.pid).toBeGreaterThan(0)
  expect(other.pid).not.toBe(process.pid)
  expect(await other.acquire('tcp', 5000, 2)).toBe(0xffff_ffff_ffff_ffffn)
  expect(await other.release('tcp', 1n)).toBeUndefined()
  const error = await other.acquire('udp', 5000, 2).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(WinsockError)
  expect(error).toMatchObject({ code: 'WSAEADDRINUSE', errno: 10_048, syscall: 'WSAIoctl' })
  await expect(other.bind('tcp', 5000)).rejects.toThrow('a bug')
})

it('rejects if the program ends before it is ready or before it answers', async () => {
  await expect(ForkedProcess.start(PROGRAM, ['fail'], { execArgv: [] })).rejects.toThrow(/ended with 7/)
  await using other = await ForkedProcess.start(PROGRAM, ['die'], { execArgv: [] })
  await expect(other.acquire('tcp', 5000, 2)).rejects.toThrow(/ended with 8/)
  await expect(other.acquire('tcp', 5000, 2)).rejects.toThrow(/already ended/)
})

it('can be killed and disposed of more than once', async () => {
  await using other = await ForkedProcess.start(PROGRAM, ['serve'], { execArgv: [] })
  await other.kill()
  await other.kill()
  await other[Symbol.asyncDispose]()
})
