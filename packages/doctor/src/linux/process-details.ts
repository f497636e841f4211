import { readFile, readlink } from 'node:fs/promises'

/** What Linux says about a process. */
export interface ProcessDetails {
  /** The path of the program; for a process of another user, its name. */
  readonly image: string | null
  /** The systemd service that the process belongs to. */
  readonly services: readonly string[] | null
  /** When the process was started, in ISO 8601. */
  readonly started: string | null
}

/** The unit of the start time in `/proc/<pid>/stat`: USER_HZ, which is 100 a second for user space. */
const TICKS_PER_SECOND = 100
/** The position of the start time among the fields that follow the name of the program. proc_pid_stat(5), field 22. */
const START_TIME = 19

/** Reads about a process what this user may read. */
export async function readProcessDetails(pid: number, proc: string): Promise<ProcessDetails> {
  const folder = `${proc}/${pid}`
  const [image, name, stat, machine, cgroup] = await Promise.all([
    orNull(readlink(`${folder}/exe`)),
    orNull(readFile(`${folder}/comm`, 'utf8')),
    orNull(readFile(`${folder}/stat`, 'utf8')),
    orNull(readFile(`${proc}/stat`, 'utf8')),
    orNull(readFile(`${folder}/cgroup`, 'utf8')),
  ])
  return { image: image ?? name?.trim() ?? null, services: servicesIn(cgroup), started: startTime(stat, machine) }
}

function startTime(stat: string | null, machine: string | null): string | null {
  const ticks = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME])
  const [, boot] = /^btime (\d+)$/m.exec(machine ?? '') ?? []
  if (boot === undefined || !Number.isFinite(ticks)) return null
  return new Date((Number(boot) + ticks / TICKS_PER_SECOND) * 1000).toISOString()
}

function servicesIn(cgroup: string | null): readonly string[] | null {
  if (cgroup === null) return null
  const [, service] = /\/([^/\n]+\.service)$/m.exec(cgroup) ?? []
  return service === undefined ? [] : [service]
}

async function orNull(reading: Promise<string>): Promise<string | null> {
  try {
    return await reading
  } catch {
    return null
  }
}
