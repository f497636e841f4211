import { type Machine, thisMachine } from '../machine/machine.js'
import { describeMachine, readMachineInfo } from '../machine/machine-info.js'

/** `winport info` */
export async function info(
  { json = false }: { readonly json?: boolean },
  machine: Machine = thisMachine,
): Promise<void> {
  const read = await readMachineInfo(machine)
  process.stdout.write(json ? `${JSON.stringify(read)}\n` : `${describeMachine(read).join('\n')}\n`)
}
