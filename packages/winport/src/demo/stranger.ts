import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ReservationManager } from '@winport/manager'
import type { PortRange, Transport } from '@winport/transport'
import { codeOf } from '@winport/transport/backend'
import type { WinsockLibraries } from '@winport/transport/native'
import type { MockTransport } from '@winport/transport-mock'
import type { Loopback } from './loopback.js'

/** An attempt to get a port of the demo's block. */
export type Trespass =
  | { readonly call: 'acquire'; readonly range: PortRange }
  | { readonly call: 'bind'; readonly port: number; readonly loopback: Loopback }

/** Another process, which does not own the demo's block. */
export interface Stranger {
  readonly pid: number
  /** Resolves to the code of the error, or to undefined if the attempt succeeds. */
  attempt(trespass: Trespass): Promise<string | undefined>
}

/** A second process of the mock. */
export class MockStranger implements Stranger {
  readonly #transport: MockTransport

  constructor(transport: MockTransport) {
    this.#transport = transport
  }

  get pid(): number {
    return this.#transport.pid
  }

  async attempt(trespass: Trespass): Promise<string | undefined> {
    return await attempt(this.#transport, trespass)
  }
}

/** The argument of a {@link ProcessStranger}'s process, as JSON. */
export interface StrangerOrder {
  readonly transport: string
  readonly libraries: WinsockLibraries | undefined
  readonly trespass: Trespass
}

/** A process of the operating system. Each attempt starts a new one. */
export class ProcessStranger implements Stranger {
  readonly #transport: string
  readonly #libraries: WinsockLibraries | undefined
  #pid = 0

  constructor(transport: string, libraries: WinsockLibraries | undefined) {
    this.#transport = transport
    this.#libraries = libraries
  }

  /** The process of the last attempt. */
  get pid(): number {
    return this.#pid
  }

  async attempt(trespass: Trespass): Promise<string | undefined> {
    const order: StrangerOrder = { transport: this.#transport, libraries: this.#libraries, trespass }
    // The answer goes through a file, because the pipes of Node for Windows do not work under Wine.
    const folder = await mkdtemp(join(tmpdir(), 'winport-demo-'))
    try {
      const path = join(folder, 'answer.json')
      const file = await open(path, 'w')
      try {
        const program = fileURLToPath(new URL('./stranger-process.js', import.meta.url))
        const child = spawn(process.execPath, [program, JSON.stringify(order)], {
          stdio: ['ignore', file.fd, 'ignore'],
        })
        this.#pid = child.pid ?? 0
        const [exitCode] = await once(child, 'exit')
        if (exitCode !== 0) throw new Error(`the second process ended with ${exitCode}`)
      } finally {
        await file.close()
      }
      const { code }: { code?: string } = JSON.parse(await readFile(path, 'utf8'))
      return code
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

/** Makes the attempt over a transport. */
export async function attempt(transport: Transport, trespass: Trespass): Promise<string | undefined> {
  try {
    if (trespass.call === 'acquire') {
      const block = await new ReservationManager({ transport }).acquire(trespass.range)
      await block.release()
    } else {
      const { host, family } = trespass.loopback
      using socket = transport.openSocket({ protocol: 'tcp', family })
      socket.bind({ address: host, port: trespass.port })
    }
    return undefined
  } catch (error) {
    const code = codeOf(error)
    if (typeof code === 'string') return code
    throw error
  }
}
