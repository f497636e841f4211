import {
  type ConformanceReport,
  type ConformanceResult,
  formatConformanceReport,
  runConformance,
  type SystemTarget,
  settledAnswers,
  systemTarget,
} from '@winport/transport/conformance'
import type { BackendName } from '../backend-names.js'
import { type MachineEnvironment, thisMachine } from '../machine/machine-environment.js'
import { describeMachine, type MachineInfo, readMachineInfo } from '../machine/machine-info.js'
import { OwnReservations } from '../probe/own-reservations.js'
import { openProbedSystem, type ProbedSystem } from '../probe/probed-system.js'
import { Interruption } from './interruption.js'

export interface ProbeCommandOptions {
  readonly json?: boolean
  readonly transport?: BackendName
}

interface Findings {
  readonly info: MachineInfo
  readonly system: ProbedSystem
  readonly target: SystemTarget
  readonly report: ConformanceReport
}

/** `winport probe`: runs the conformance suite against this machine. Rejects if a test fails. */
export async function probe(
  { json = false, transport: choice }: ProbeCommandOptions,
  machine: MachineEnvironment = thisMachine,
): Promise<void> {
  const info = await readMachineInfo(machine)
  const system = await openProbedSystem(choice, machine, info)
  const findings = await runSuite(info, system)
  process.stdout.write(json ? `${JSON.stringify(summarize(findings))}\n` : `${describe(findings).join('\n')}\n`)
  const failed = failuresOf(findings.report)
  if (failed.length > 0) throw new Error(`${countOf(failed)} of this machine differed from what winport expects.`)
}

/** Runs the suite. Deletes the persistent reservations that it created, also after a failure or Ctrl-C. */
async function runSuite(info: MachineInfo, system: ProbedSystem): Promise<Findings> {
  const own = new OwnReservations()
  using interruption = new Interruption()
  const interrupted = interruption.happened.then(() => {
    throw new Error('The probe was interrupted. All its reservations are released.')
  })
  const run = async () => {
    const name = `the ${system.backend} backend: ${system.description}`
    const target = await systemTarget(name, () => own.open(() => system.openTransport()), {
      features: system.features,
      windowsBuild: system.windowsBuild,
      dynamicRange: system.dynamicRange,
      openProcess: (options) => system.openProcess(options),
    })
    return { info, system, target, report: await runConformance(target) }
  }
  try {
    return await Promise.race([run(), interrupted])
  } finally {
    await own.end(() => system.openTransport())
  }
}

function summarize({ info, system, target, report }: Findings) {
  return {
    backend: system.backend,
    description: system.description,
    settled: settledAnswers(report.results),
    machine: info,
    features: [...target.features],
    refusals: target.refusals.map(({ syscall, code, errno }) => ({ syscall, code, errno })),
    held: failuresOf(report).length === 0,
    results: report.results,
  }
}

function describe({ info, system, target, report }: Findings): readonly string[] {
  const failed = failuresOf(report)
  return [
    `winport probe on ${target.name}`,
    ...describeMachine(info),
    ...target.refusals.map(({ syscall, code }) => `refused   ${syscall}: ${code}${REMEDIES[code] ?? ''}`),
    '',
    formatConformanceReport(report),
    '',
    ...describeOutcome(failed, target),
    ...(system.isReal || failed.length > 0 ? [REQUEST] : []),
  ]
}

const REMEDIES: Readonly<Record<string, string>> = {
  WSAEOPNOTSUPP: '. This system has no port reservations, like Wine and Windows before Vista.',
  ERROR_PROC_NOT_FOUND: '. This system has no persistent reservations.',
  ERROR_ACCESS_DENIED: '. Persistent reservations can be tested only in an elevated prompt.',
}

const REQUEST = 'Please report this: open an issue with the output of `winport probe --json`.'

function describeOutcome(failed: readonly ConformanceResult[], { features }: SystemTarget): readonly string[] {
  if (failed.length === 0) {
    const system = features.has('runtime-reservations') ? 'this machine' : 'a system without port reservations'
    return [`Every test that could run on ${system} passed.`]
  }
  return [
    `${countOf(failed)} differed from what winport expects:`,
    ...failed.map(
      ({ number, source, title, mode, failure = '' }) =>
        `  ${number} ${source}, ${mode}: ${title}\n    ${failure.trim().replaceAll(/\s+/g, ' ')}`,
    ),
  ]
}

function failuresOf({ results }: ConformanceReport): readonly ConformanceResult[] {
  return results.filter(({ outcome }) => outcome === 'failed')
}

/** Counts a test that failed in two modes once. */
function countOf(failed: readonly ConformanceResult[]): string {
  const count = new Set(failed.map(({ number, title }) => `${number} ${title}`)).size
  return count === 1 ? '1 behaviour' : `${count} behaviours`
}
