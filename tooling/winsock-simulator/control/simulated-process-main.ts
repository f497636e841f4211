import type { Protocol, Transport, WinsockLibraries } from '@winport/transport'
import { TransportProcess } from '@winport/transport/conformance'
import koffi from 'koffi'
import type { ProcessAnswer, ProcessRequest } from './simulated-process.js'

// A process of the simulated machine: makes the calls that its parent asks for.

const [module = '', factory = '', simulator = '', elevation] = process.argv.slice(2)
koffi.load(simulator).func('uint32_t WinsockSimulator_SetElevated(int32_t elevated)')(elevation === 'elevated' ? 1 : 0)
const backend: Record<string, (options: { libraries: WinsockLibraries }) => Transport> = await import(module)
const transport = backend[factory]?.({ libraries: { winsock: simulator, ipHelper: simulator, kernel: simulator } })
if (transport === undefined) throw new Error(`${module} does not export ${factory}`)
const simulated = new TransportProcess(transport)

process.on('message', async (request: ProcessRequest) => {
  process.send?.(await answer(request))
})
process.once('disconnect', () => transport.close())
process.send?.('ready')

async function answer([call, ...passed]: ProcessRequest): Promise<ProcessAnswer> {
  const [protocol, first, second] = passed as [Protocol, never, never]
  try {
    return { result: await simulated[call](protocol, first, second) }
  } catch (error) {
    const { name, message, errno, syscall } = error as Error & { errno?: number; syscall?: string }
    return { error: { name, message, errno, syscall } }
  }
}
