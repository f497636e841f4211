import { ForkedProcess } from '@winport/transport/conformance'
import type { EntryPoint } from '@winport/transport/native'
import { simulatorPath, type WinsockSimulator } from './winsock-simulator.js'

/** Another process on the simulated machine: a real child process with its own transport. */
export class SimulatedProcess extends ForkedProcess {
  /**
   * @param backend the compiled module that creates the transport, the name of its factory, and the entry point of its calls
   * @param reuse as in ForkedProcessOptions
   */
  static async open(
    simulator: WinsockSimulator,
    backend: { readonly module: URL; readonly factory: string; readonly entryPoint?: EntryPoint },
    elevated: boolean,
    reuse = false,
  ): Promise<SimulatedProcess> {
    const { module, factory, entryPoint = 'WSAIoctl' } = backend
    const passed = [module.href, factory, simulatorPath, elevated ? 'elevated' : 'plain', entryPoint]
    return await ForkedProcess.start(new URL('simulated-process-main.js', import.meta.url), passed, {
      env: { ...process.env, WINSOCK_SIMULATOR_POOL: simulator.pool },
      execArgv: [],
      reuse,
    })
  }
}
