import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withDirectoryLock } from '../src/directory-lock.js'

describe.skipIf(process.platform !== 'linux')('withDirectoryLock', () => {
  let directory: string
  let lock: string

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'winport-lock-'))
    lock = join(directory, 'lock')
  })

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true })
  })

  it('runs one task at a time and leaves no file', async () => {
    expect(await mostAtOnce(12)).toBe(1)
    expect(await readdir(directory)).toEqual([])
  })

  it('returns the result of the task and passes on its error', async () => {
    expect(await withDirectoryLock(lock, async () => 5)).toBe(5)
    await expect(withDirectoryLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(existsSync(lock)).toBe(false)
  })

  it('takes over the lock of a dead process, one task at a time', async () => {
    const { pid } = spawnSync('true')
    await layLock(`${pid}_12345_x`)
    expect(await mostAtOnce(12)).toBe(1)
  })

  it('takes over the lock of a dead process whose pid is in use again', async () => {
    await layLock(`${process.pid}_1_x`)
    expect(await withDirectoryLock(lock, async () => 'done')).toBe('done')
  })

  it('takes over an empty directory, left by a process that died while it released the lock', async () => {
    await mkdir(lock)
    expect(await withDirectoryLock(lock, async () => 'done')).toBe('done')
  })

  it('rejects if it cannot create the lock', async () => {
    const locking = withDirectoryLock(join(directory, 'file', 'lock'), async () => 'done')
    await expect(locking).rejects.toMatchObject({ code: 'ENOENT' })
  })

  async function layLock(owner: string): Promise<void> {
    await mkdir(lock)
    await writeFile(join(lock, owner), '')
  }

  async function mostAtOnce(tasks: number): Promise<number> {
    let inside = 0
    let most = 0
    const task = async () => {
      most = Math.max(most, ++inside)
      await delay(5)
      inside--
    }
    await Promise.all(Array.from({ length: tasks }, () => withDirectoryLock(lock, task)))
    return most
  }
})
