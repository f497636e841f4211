import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
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

it('is used again, without its sockets, by one user after the other', async () => {
  const start = () => ForkedProcess.start(PROGRAM, ['count'], { execArgv: [], reuse: true })
  const [first, second] = await Promise.all([start(), start()])
  expect(first.pid).not.toBe(second.pid)
  await first.acquire('tcp', 5000, 2)
  await first[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()
  await expect(first.acquire('tcp', 5000, 2)).rejects.toThrow(/already ended/)
  const third = await start()
  expect(third.pid).toBe(first.pid)
  expect(await third.bind('tcp', 0)).toBe(1) // the sockets that it has closed
  await using other = await ForkedProcess.start(PROGRAM, ['count'], { execArgv: [] })
  expect([first.pid, second.pid]).not.toContain(other.pid)
  await third.kill()
  await using fourth = await start()
  expect(fourth.pid).not.toBe(first.pid)
  await second.kill()
})

it('is not used again after a call without an answer, a socket that does not close, or its end', async () => {
  const start = (what: string) => ForkedProcess.start(PROGRAM, [what], { execArgv: [], reuse: true })
  const pids: number[] = []
  for (const what of ['die', 'silent', 'unclosable']) {
    const used = await start(what)
    const call = used.acquire('tcp', 5000, 2).catch(() => {})
    if (what !== 'silent') await call
    await used[Symbol.asyncDispose]()
    await using next = await start(what)
    pids.push(used.pid, next.pid)
  }
  expect(new Set(pids).size).toBe(6)
})

it('ends with the process that started it, and does not keep it alive', async () => {
  const program = `
    import { ForkedProcess } from '@winport/transport/conformance'
    const started = await ForkedProcess.start(new URL('${PROGRAM.href}'), ['serve'], { execArgv: [], reuse: true })
    await started[Symbol.asyncDispose]()
    console.log(started.pid)`
  const args = ['--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname })
  expect(Number(stdout)).toBeGreaterThan(0) // all of stdout, which both processes have open
})
