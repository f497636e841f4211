import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from './error-code.js'
import { processStartTime } from './process-identity.js'

const POLL_MS = 50

/**
 * Runs a task while no other process holds the lock `path`, a directory. Takes over the lock of a dead process. Linux
 * only: reads /proc.
 *
 * The directory holds one file, whose name identifies the owner. Every step is one rename. When two processes find the
 * same dead owner, the second rename fails because its source is gone, so only one of them takes over.
 */
export async function withDirectoryLock<T>(path: string, task: () => Promise<T>): Promise<T> {
  const owner = await claim()
  await acquire(path, owner)
  try {
    return await task()
  } finally {
    await release(path, owner)
  }
}

async function claim(): Promise<string> {
  return [process.pid, await processStartTime(process.pid), randomUUID()].join('_')
}

async function acquire(path: string, owner: string): Promise<void> {
  const prepared = `${path}.${owner}`
  await mkdir(prepared)
  await writeFile(join(prepared, owner), '')
  try {
    while (!(await takeFree(path, prepared)) && !(await takeOverDead(path, owner))) await delay(POLL_MS)
  } finally {
    await rm(prepared, { recursive: true, force: true })
  }
}

/** rename succeeds if the target is missing or an empty directory, and fails if it holds the file of an owner. */
async function takeFree(path: string, prepared: string): Promise<boolean> {
  try {
    await rename(prepared, path)
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) return false
    throw new Error(`cannot lock ${basename(path)}`, { cause: error })
  }
}

async function takeOverDead(path: string, owner: string): Promise<boolean> {
  for (const holder of await readdir(path).catch(() => [])) {
    const [pid, startTime] = holder.split('_')
    if ((await processStartTime(Number(pid))) === startTime) continue
    const taken = await rename(join(path, holder), join(path, owner)).then(
      () => true,
      () => false,
    )
    if (taken) return true
  }
  return false
}

async function release(path: string, owner: string): Promise<void> {
  await rm(join(path, owner), { force: true })
  // If another process has taken the lock between the two calls, the directory is not empty and stays.
  await rmdir(path).catch(() => {})
}
