import type { NativeBackend } from '@winport/winsock-simulator'
import { clusterWorkers } from './cluster-workers.js'
import { conformanceReport } from './conformance-report.js'
import { droppedSockets } from './dropped-sockets.js'
import { entryPointsReport } from './entry-points-report.js'
import { exitWhilePending } from './exit-while-pending.js'
import { garbageCollectedBuffers } from './garbage-collected-buffers.js'
import { socketTableReport } from './socket-table-report.js'
import { workerCalls } from './worker-calls.js'
import { workers } from './workers.js'

type Program = (backend: NativeBackend, ...passed: readonly string[]) => Promise<void>

const PROGRAMS: Readonly<Record<string, Program>> = {
  'cluster-workers': clusterWorkers,
  'conformance-report': conformanceReport,
  'dropped-sockets': droppedSockets,
  'entry-points-report': entryPointsReport,
  'exit-while-pending': exitWhilePending,
  'garbage-collected-buffers': garbageCollectedBuffers,
  'socket-table-report': socketTableReport,
  'worker-calls': workerCalls,
  workers,
}

/** Runs the program that the first argument of the process names, over this backend. */
export async function runProgram(backend: NativeBackend): Promise<void> {
  const [name = '', ...passed] = process.argv.slice(2)
  const program = PROGRAMS[name]
  if (program === undefined)
    throw new Error(`There is no program '${name}'. The programs are: ${Object.keys(PROGRAMS).join(', ')}.`)
  await program(backend, ...passed)
}
