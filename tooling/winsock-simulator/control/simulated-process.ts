import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { IpHelperError, type Protocol, WinsockError } from '@winport/transport'
import type { ConformanceProcess } from '@winport/transport/conformance'
import { simulatorPath, type WinsockSimulator } from './winsock-simulator.js'

/** What a process is told to do, and what it answers. */
export type ProcessRequest = readonly [call: 'acquire' | 'release' | 'bind', ...passed: readonly unknown[]]
export type ProcessAnswer =
  | { readonly result: unknown }
  | {
      readonly error: {
        readonly name: string
        readonly message: string
        readonly errno: number | undefined
        readonly syscall: string | undefined
      }
    }

/** Another process of the simulated machine: a real one, with a transport of its own. */
export class SimulatedProcess implements ConformanceProcess {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /**
   * @param backend the module that makes the transport, as compiled, and the name of its factory
   */
  static async open(
    simulator: WinsockSimulator,
    backend: { readonly module: URL; readonly factory: string },
    elevated: boolean,
  ): Promise<SimulatedProcess> {
    const script = fileURLToPath(new URL('simulated-process-main.js', import.meta.url))
    const passed = [backend.module.href, backend.factory, simulatorPath, elevated ? 'elevated' : 'plain']
    const child = fork(script, passed, {
      serialization: 'advanced', // tokens are bigints
      env: { ...process.env, WINSOCK_SIMULATOR_POOL: simulator.pool },
      execArgv: [],
    })
    await once(child, 'message') // it is ready
    return new SimulatedProcess(child)
  }

  async acquire(protocol: Protocol, startPort: number, count: number): Promise<bigint> {
    return (await this.#request(['acquire', protocol, startPort, count])) as bigint
  }

  async release(protocol: Protocol, token: bigint): Promise<void> {
    await this.#request(['release', protocol, token])
  }

  async bind(protocol: Protocol, port: number, token?: bigint): Promise<number> {
    return (await this.#request(['bind', protocol, port, token])) as number
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.disconnect() // it closes its transport and ends
    await exited
  }

  async #request(request: ProcessRequest): Promise<unknown> {
    const answered = once(this.#child, 'message')
    this.#child.send(request)
    const [answer] = (await answered) as [ProcessAnswer]
    if (!('error' in answer)) return answer.result
    const { name, message, errno = 0, syscall = '' } = answer.error
    if (name === 'WinsockError') throw new WinsockError(errno, syscall)
    if (name === 'IpHelperError') throw new IpHelperError(errno, syscall)
    throw new Error(message)
  }
}
