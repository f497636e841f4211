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
type Request =
  | readonly [call: 'acquire' | 'release' | 'bind', protocol: Protocol, ...passed: readonly unknown[]]
  | readonly [call: 'closeSockets']
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

/** How a {@link ForkedProcess} is started: its environment, the arguments of Node.js, and whether it may be an earlier one. */
export interface ForkedProcessOptions extends Pick<ForkOptions, 'env' | 'execArgv'> {
  /**
   * Takes a process that was started in the same way and has been disposed of, if there is one. When this one is disposed of, it
   * closes its sockets and waits for the next; it ends with this process at the latest. Default: false.
   */
  readonly reuse?: boolean
}

const READY = 'ready'

/** The processes that wait to be used again, by how they were started. */
const waiting = new Map<string, ChildProcess[]>()

/** A second process of the operating system: a program that calls {@link answerParent}. It makes one call at a time. */
export class ForkedProcess implements ConformanceProcess {
  readonly #child: ChildProcess
  /** How it was started, if it may be used again. */
  readonly #origin: string | undefined
  #isAsked = false
  #isReturned = false

  protected constructor(child: ChildProcess, origin?: string) {
    this.#child = child
    this.#origin = origin
  }

  /** Starts the program with these arguments. Resolves when it is ready. */
  static async start(
    program: URL,
    passed: readonly string[],
    options: ForkedProcessOptions = {},
  ): Promise<ForkedProcess> {
    const { reuse = false, ...forkOptions } = options
    const origin = reuse ? JSON.stringify([program.href, passed, forkOptions]) : undefined
    const child = takeWaiting(origin) ?? (await startChild(program, passed, forkOptions))
    return new ForkedProcess(child, origin)
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
    if (this.#origin !== undefined && (await this.#closesSockets())) {
      this.#isReturned = true
      keepWaiting(this.#origin, this.#child)
      return
    }
    if (this.#ended) return
    const exited = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect() // the child then closes its transport and ends
    await exited
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get #ended(): boolean {
    return this.#isReturned || hasEnded(this.#child)
  }

  /** False if the process still makes a call, or has ended. */
  async #closesSockets(): Promise<boolean> {
    if (this.#isAsked) return false
    return await this.#request(['closeSockets']).then(
      () => true,
      () => false,
    )
  }

  async #request(request: Request): Promise<unknown> {
    if (this.#ended) throw new Error('The second process has already ended')
    const answered = nextMessage(this.#child)
    this.#isAsked = true
    this.#child.send(request)
    const answer = (await answered) as Answer
    this.#isAsked = false
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

async function startChild(program: URL, passed: readonly string[], options: ForkOptions): Promise<ChildProcess> {
  // Tokens are bigints, which JSON cannot represent.
  const child = fork(fileURLToPath(program), passed, { ...options, serialization: 'advanced' })
  await nextMessage(child)
  return child
}

function takeWaiting(origin: string | undefined): ChildProcess | undefined {
  const child = origin === undefined ? undefined : waiting.get(origin)?.pop()
  if (child === undefined || hasEnded(child) || !child.connected) return undefined
  child.ref()
  child.channel?.ref()
  return child
}

/** A process that waits does not keep this one alive. */
function keepWaiting(origin: string, child: ChildProcess): void {
  child.unref()
  child.channel?.unref()
  waiting.set(origin, [...(waiting.get(origin) ?? []), child])
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function answer(self: TransportProcess, request: Request): Promise<Answer> {
  try {
    if (request[0] === 'closeSockets') return { result: self.closeSockets() }
    const [call, protocol, first, second, family] = request
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
