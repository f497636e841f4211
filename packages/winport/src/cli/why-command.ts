import { describeExplanation, explainPort, type PortExplanation } from '@winport/doctor'
import type { Protocol } from '@winport/transport'
import type { BackendName } from '../backend-names.js'
import type { BackendEnvironment } from '../backends.js'
import { boundSockets } from '../bound-sockets.js'
import { openForDoctor } from './open-for-doctor.js'
import { parseNumber } from './port-arguments.js'

interface WhyOptions {
  readonly host?: string
  readonly json?: boolean
  readonly transport?: BackendName
}

const CAN_BE_BOUND = 0
const COULD_NOT_FIND_OUT = 1
const EXPLAINED = 3
const UNEXPLAINED = 4

/** `winport why`. Resolves to the exit code. */
export async function why(
  protocol: Protocol,
  port: string,
  { host, json = false, transport: name }: WhyOptions,
  environment?: BackendEnvironment,
): Promise<number> {
  const options = { protocol, port: parseNumber('port', port), host }
  const { transport, problem } = await openForDoctor(name, environment)
  try {
    const found = await explainPort({ ...options, transport, boundSockets })
    const explanation = problem === undefined ? found : { ...found, unknown: { ...found.unknown, reserve: problem } }
    const text = json ? JSON.stringify(explanation) : describeExplanation(explanation).join('\n')
    process.stdout.write(`${text}\n`)
    return exitCodeOf(explanation)
  } finally {
    await transport?.close()
  }
}

function exitCodeOf({ verdict, causes }: PortExplanation): number {
  if (verdict === 'free') return CAN_BE_BOUND
  if (verdict === 'unknown') return COULD_NOT_FIND_OUT
  return causes.some(({ kind }) => kind === 'unexplained') ? UNEXPLAINED : EXPLAINED
}
