import { readdir, readFile } from 'node:fs/promises'
import { posix, win32 } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** The variable that identifies a run. Every process that a Wine program starts inherits it in its Linux environment. */
export const RUN_VARIABLE = 'WINPORT_RUN'

/** Processes that the first program in a prefix starts and all programs share. They have the variable but belong to no run. */
const SHARED = /^(wineserver(32|64)?|(services|winedevice|plugplay|svchost|rpcss|explorer|wineboot|tabtip)\.exe)$/i

const PATIENCE_MS = 60_000
const POLL_MS = 10

/** Kills every process of a run, detached ones included, and waits until all are gone. */
export async function killWineProcesses(run: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const pids = await wineProcesses(run)
    if (pids.length === 0) return
    if (Date.now() > deadline)
      throw new Error(`these processes still exist ${PATIENCE_MS / 1000} s after SIGKILL: ${pids.join(', ')}`)
    for (const pid of pids) kill(pid)
    await delay(POLL_MS)
  }
}

/** The pids of the processes of a run. */
export async function wineProcesses(run: string): Promise<readonly number[]> {
  const entries = await readdir('/proc')
  const pids = entries.map(Number).filter((pid) => Number.isInteger(pid))
  const belongs = await Promise.all(pids.map((pid) => belongsTo(run, pid)))
  return pids.filter((_, index) => belongs[index])
}

async function belongsTo(run: string, pid: number): Promise<boolean> {
  // Empty for a zombie, unreadable for a process of another user.
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
  if (!environment.split('\0').includes(`${RUN_VARIABLE}=${run}`)) return false
  const [command = ''] = (await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')).split('\0')
  return !SHARED.test(posix.basename(win32.basename(command)))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // The process has ended in the meantime.
  }
}
