import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from './error-code.js'
import { processStartTime } from './process-identity.js'

const POLL_MS = 50

/**
 * Runs the task while this process alone holds the directory `path`; others wait. The lock of a process that died is
 * taken over. Linux only: it asks /proc who is alive.
 *
 * The directory holds one file, whose name says who the owner is. Every step is one rename, so two who find the same
 * dead owner cannot both take over: the name that the second wants to replace is gone.
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

/** A rename onto a missing or an empty directory succeeds, onto the directory of an owner it fails. */
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
  // Somebody may have moved in between the two calls: then it is not empty, and stays.
  await rmdir(path).catch(() => {})
}
