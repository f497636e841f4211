import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { IpHelperError } from '../ip-helper-error.js'
import type { Protocol } from '../port-range.js'
import type { Transport } from '../transport.js'
import { WinsockError } from '../winsock-error.js'
import type { AddressFamily } from '../winsock-socket.js'
import type { ConformanceProcess } from './conformance-target.js'
import { TransportProcess } from './transport-process.js'

/** A call that the process makes, and its result. */
type Request = readonly [call: 'acquire' | 'release' | 'bind', protocol: Protocol, ...passed: readonly unknown[]]
type Answer =
  | { readonly result: unknown }
  | {
      readonly error: {
        readonly name: string
        readonly message: string
        readonly errno: number | undefined
        readonly syscall: string | undefined
      }
    }

const READY = 'ready'

/** A second process of the operating system: a program that calls {@link answerParent}. It makes one call at a time. */
export class ForkedProcess implements ConformanceProcess {
  readonly #child: ChildProcess

  protected constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Starts the program with these arguments. Resolves when it is ready. */
  static async start(
    program: URL,
    passed: readonly string[],
    options: Pick<ForkOptions, 'env' | 'execArgv'> = {},
  ): Promise<ForkedProcess> {
    // Tokens are bigints, which JSON cannot represent.
    const child = fork(fileURLToPath(program), passed, { ...options, serialization: 'advanced' })
    await nextMessage(child)
    return new ForkedProcess(child)
  }

  async acquire(protocol: Protocol, startPort: number, count: number, family?: AddressFamily): Promise<bigint> {
    return (await this.#request(['acquire', protocol, startPort, count, family])) as bigint
  }

  async release(protocol: Protocol, token: bigint): Promise<void> {
    await this.#request(['release', protocol, token])
  }

  async bind(protocol: Protocol, port: number, token?: bigint, family?: AddressFamily): Promise<number> {
    return (await this.#request(['bind', protocol, port, token, family])) as number
  }

  async kill(): Promise<void> {
    if (this.#ended) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return
    const exited = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect() // the child then closes its transport and ends
    await exited
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  async #request(request: Request): Promise<unknown> {
    if (this.#ended) throw new Error('The second process has already ended')
    const answered = nextMessage(this.#child)
    this.#child.send(request)
    const answer = (await answered) as Answer
    if (!('error' in answer)) return answer.result
    const { name, message, errno = 0, syscall = '' } = answer.error
    if (name === 'WinsockError') throw new WinsockError(errno, syscall)
    if (name === 'IpHelperError') throw new IpHelperError(errno, syscall)
    throw new Error(message)
  }
}

/** In the program of a {@link ForkedProcess}: makes the calls that the parent asks for, and ends with the parent. */
export function answerParent(transport: Transport): void {
  const self = new TransportProcess(transport)
  process.on('message', async (request: Request) => {
    process.send?.(await answer(self, request))
  })
  process.once('disconnect', () => transport.close())
  process.send?.(READY)
}

async function answer(self: TransportProcess, [call, protocol, first, second, family]: Request): Promise<Answer> {
  try {
    return { result: await self[call](protocol, first as never, second as never, family as never) }
  } catch (error) {
    const { name, message, errno, syscall } = error as Error & { errno?: number; syscall?: string }
    return { error: { name, message, errno, syscall } }
  }
}

/** The next message of the child. Rejects if the child ends before it sends one. */
async function nextMessage(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  const { signal } = over
  try {
    const ended = once(child, 'exit', { signal }).then(([code, signalName]) => {
      throw new Error(`The second process ended with ${signalName ?? code} before it answered`)
    })
    const [message] = await Promise.race([once(child, 'message', { signal }), ended])
    return message
  } finally {
    over.abort()
  }
}
