import { type MachineEnvironment, thisMachine } from '../machine/machine-environment.js'
import { describeMachine, readMachineInfo } from '../machine/machine-info.js'

/** `winport info` */
export async function info(
  { json = false }: { readonly json?: boolean },
  machine: MachineEnvironment = thisMachine,
): Promise<void> {
  const machineInfo = await readMachineInfo(machine)
  process.stdout.write(json ? `${JSON.stringify(machineInfo)}\n` : `${describeMachine(machineInfo).join('\n')}\n`)
}
