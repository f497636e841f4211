import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, get, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ReservationManager, RuntimeReservation } from '@winport/manager'
import type { Protocol } from '@winport/transport'
import { codeOf, messageOf, WORLD_ANSWERS } from '@winport/transport/backend'
import type { BackendName } from '../backend-names.js'
import { type BackendEnvironment, defaultEnvironment } from '../backends.js'
import { oneLine } from '../one-line.js'
import { type DemoMachine, openDemoMachine } from './demo-machine.js'
import { findLoopback, type Loopback } from './loopback.js'
import { StepOutput } from './step-output.js'
import type { Stranger } from './stranger.js'

const TCP_PORTS = 20
const UDP_PORTS = 4
const TIMEOUT_MS = 10_000

/** A step of the demo failed. The step is printed before this is thrown. */
class DemoError extends Error {}

/** `winport demo`: reserves, serves, connects and releases, step by step. Rejects with a DemoError if a step fails. */
export async function runDemo(
  { transport }: { readonly transport?: BackendName },
  environment: BackendEnvironment = defaultEnvironment,
): Promise<void> {
  const loopback = await findLoopback()
  const machine = await openDemoMachine(transport, environment)
  const output = new StepOutput(process.stdout)
  output.title(`winport demo on ${machine.description}`)
  const demo = new Demo(machine, loopback, output)
  try {
    await demo.run()
    output.closing('Every step succeeded.')
  } finally {
    await demo.close()
  }
}

class Demo {
  readonly #manager: ReservationManager
  readonly #stranger: Stranger
  readonly #loopback: Loopback
  readonly #output: StepOutput
  readonly #servers: Server[] = []

  constructor({ manager, stranger }: DemoMachine, loopback: Loopback, output: StepOutput) {
    this.#manager = manager
    this.#stranger = stranger
    this.#loopback = loopback
    this.#output = output
  }

  async run(): Promise<void> {
    const block = await this.#step('reserve', async () => {
      const reserved = await this.#reserveUsable('tcp', TCP_PORTS, (candidate) => this.#serve(candidate))
      return [reserved, `${TCP_PORTS} TCP ports in one call: ${rangeOf(reserved)}, token ${reserved.token}`]
    })
    await this.#step('serve', async () => {
      const ports = this.#servers.map(portOf)
      expect(new Set(ports).size === TCP_PORTS && ports.every((port) => block.contains(port)), `listening on ${ports}`)
      return [undefined, `${TCP_PORTS} HTTP servers listen, one on each port`]
    })
    await this.#step('request', async () => {
      await Promise.all([...block].map((port) => this.#expectAnswer(port)))
      return [undefined, `${TCP_PORTS} requests, each answered by the server of its port`]
    })
    const { pid, process: stranger } = this.#stranger
    const { family } = this.#loopback
    await this.#step('stranger', async () => {
      const last = block.endPort
      const code = await expectRefusal(() => stranger.acquire('tcp', last, 2, family), WORLD_ANSWERS.rangeTaken)
      return [undefined, `process ${pid} cannot reserve ${last}-${last + 1}: ${code}`]
    })
    await this.#step('stranger', async () => {
      const first = block.startPort
      const codes = WORLD_ANSWERS.runtimePortRefused
      const code = await expectRefusal(() => stranger.bind('tcp', first, undefined, family), codes)
      return [undefined, `process ${pid} cannot bind ${first}: ${code}`]
    })
    await this.#step('datagram', async () => [undefined, await this.#echoDatagram()])
    await this.#step('connect', async () => [undefined, await this.#connectOut(block)])
    await this.#step('release', async () => {
      await block.release()
      await this.#expectAnswer(block.startPort)
      return [undefined, `${rangeOf(block)} is released; a server that still listens keeps its port until it closes`]
    })
    await this.#step('again', async () => {
      await this.#closeServers()
      await using again = await this.#manager.acquire({
        protocol: 'tcp',
        startPort: block.startPort,
        count: block.count,
      })
      return [undefined, `${rangeOf(again)} can be reserved again`]
    })
  }

  async close(): Promise<void> {
    await this.#closeServers()
    await this.#stranger.process[Symbol.asyncDispose]()
    await this.#manager.close()
  }

  async #step<Result>(name: string, run: () => Promise<readonly [Result, string]>): Promise<Result> {
    try {
      const [result, text] = await run()
      this.#output.passed(name, text)
      return result
    } catch (error) {
      const reason = oneLine(messageOf(error))
      this.#output.failed(name, reason)
      throw new DemoError(`The demo failed at the step '${name}': ${reason}`, { cause: error })
    }
  }

  /**
   * Reserves a block whose ports are all usable. The mock does not know which ports other programs of this machine use:
   * a block with such a port is set aside, and the next one is tried.
   */
  async #reserveUsable(
    protocol: Protocol,
    count: number,
    use: (block: RuntimeReservation) => Promise<void>,
  ): Promise<RuntimeReservation> {
    const setAside: RuntimeReservation[] = []
    try {
      for (;;) {
        const block = await this.#manager.acquire({ protocol, count })
        try {
          await use(block)
          return block
        } catch (error) {
          setAside.push(block)
          if (!isTaken(error)) throw error
        }
      }
    } finally {
      await Promise.all(setAside.map((block) => block.release()))
    }
  }

  async #serve(block: RuntimeReservation): Promise<void> {
    try {
      for (const port of block) {
        const server = createServer((_request, response) => response.end(`port ${port}`))
        this.#servers.push(server)
        await block.listen(server, { host: this.#loopback.host, port })
      }
    } catch (error) {
      await this.#closeServers()
      throw error
    }
  }

  async #echoDatagram(): Promise<string> {
    const { host, datagrams } = this.#loopback
    const client = createSocket(datagrams)
    let echo: DatagramSocket | undefined
    try {
      await using block = await this.#reserveUsable('udp', UDP_PORTS, async (candidate) => {
        const socket = createSocket(datagrams)
        try {
          await candidate.bind(socket, { host })
          echo = socket
        } catch (error) {
          socket.close()
          throw error
        }
      })
      if (echo === undefined) throw new Error('no datagram socket was bound')
      const socket = echo
      socket.on('message', (message, from) => socket.send(message, from.port, host))
      const { port } = socket.address()
      expect(block.contains(port), `bound to ${port}`)
      const answered = once(client, 'message', { signal: AbortSignal.timeout(TIMEOUT_MS) })
      client.send('echo me', port, host)
      const [message, from] = await answered
      expect(String(message) === 'echo me' && from.port === port, `got ${message} from ${from.port}`)
      return `${UDP_PORTS} UDP ports, ${rangeOf(block)}; a datagram came back from port ${port}`
    } finally {
      client.close()
      echo?.close()
    }
  }

  /** All ports are in use, so this closes one server first. The kernel can then choose only the port of that server. */
  async #connectOut(block: RuntimeReservation): Promise<string> {
    const target = this.#servers[0]
    for (;;) {
      const last = this.#servers.at(-1)
      if (target === undefined || last === undefined || last === target) throw new Error('no port of the block is left')
      const freed = portOf(last)
      this.#servers.pop()
      await closeServer(last)
      try {
        const accepted = once(target, 'connection', { signal: AbortSignal.timeout(TIMEOUT_MS) })
        accepted.catch(() => {})
        const connection = await block.connect({ host: this.#loopback.host, port: portOf(target) })
        const [peer]: Socket[] = await accepted
        const seen = peer?.remotePort
        connection.destroy()
        await once(connection, 'close')
        expect(seen === freed, `the server saw port ${seen}`)
        return `an outgoing connection from port ${freed} of the block to port ${portOf(target)}`
      } catch (error) {
        if (!isTaken(error)) throw error
      }
    }
  }

  async #expectAnswer(port: number): Promise<void> {
    const { host } = this.#loopback
    const request = get({ host, port, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const [response] = await once(request, 'response')
    const answer = await text(response)
    expect(answer === `port ${port}`, `port ${port} answered '${answer}'`)
  }

  async #closeServers(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map(closeServer))
  }
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

/** Checks that a call fails with one of these codes, and returns the code. */
async function expectRefusal(call: () => Promise<unknown>, codes: readonly string[]): Promise<string> {
  let code: unknown
  try {
    await call()
  } catch (error) {
    code = codeOf(error)
    if (typeof code !== 'string') throw error
    expect(codes.includes(code), `the stranger was refused with ${code}`)
    return code
  }
  throw new Error('the stranger got a port of the block')
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

/** Whether another program of this machine uses the port. */
function isTaken(error: unknown): boolean {
  return codeOf(error) === 'EADDRINUSE' || codeOf(error) === 'EACCES'
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function rangeOf({ startPort, endPort }: { readonly startPort: number; readonly endPort: number }): string {
  return `${startPort}-${endPort}`
}
