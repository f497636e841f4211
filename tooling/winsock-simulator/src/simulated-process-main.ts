import type { Transport } from '@winport/transport'
import { answerParent } from '@winport/transport/conformance'
import type { EntryPoint, WinsockLibraries } from '@winport/transport/native'
import koffi from 'koffi'

// A process of the simulated machine. It makes the calls that its parent requests.

const [module = '', factory = '', simulator = '', elevation, entryPoint] = process.argv.slice(2)
koffi.load(simulator).func('uint32_t WinsockSimulator_SetElevated(int32_t elevated)')(elevation === 'elevated' ? 1 : 0)
type Factory = (options: { libraries: WinsockLibraries; entryPoint: EntryPoint }) => Transport
const backend: Record<string, Factory> = await import(module)
const transport = backend[factory]?.({
  libraries: { winsock: simulator, ipHelper: simulator, kernel: simulator, provider: simulator },
  entryPoint: entryPoint as EntryPoint,
})
if (transport === undefined) throw new Error(`${module} does not export ${factory}`)
answerParent(transport)
