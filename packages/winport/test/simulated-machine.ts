import {
  INET_PORT_RANGE,
  INET_PORT_RESERVATION_INSTANCE,
  INET_PORT_RESERVATION_TOKEN,
  SIO_ACQUIRE_PORT_RESERVATION,
  SIO_ASSOCIATE_PORT_RESERVATION,
  SIO_RELEASE_PORT_RESERVATION,
} from '@winport/definitions'
import {
  type AddressFamily,
  type PortRange,
  type Protocol,
  SystemCallError,
  type Transport,
  type WinsockSocket,
} from '@winport/transport'

/** One step of a test. Sockets and tokens are numbered in the order of their creation. */
export interface Command {
  readonly call:
    | 'open'
    | 'acquire'
    | 'associate'
    | 'release'
    | 'bind'
    | 'localAddress'
    | 'close'
    | 'create'
    | 'lookup'
    | 'delete'
    | 'exclude'
    | 'reboot'
  readonly protocol: Protocol
  readonly family: AddressFamily
  readonly socket: number
  readonly token: number
  readonly startPort: number
  readonly count: number
  /** Whether the control call is overlapped. */
  readonly overlapped: boolean
  /** Whether bind uses the address of all interfaces instead of the loopback address. */
  readonly anyAddress: boolean
  /** Whether a dual-stack socket binds the IPv4 loopback address as an IPv6 address. */
  readonly mappedAddress: boolean
  readonly reuseAddr: boolean
  readonly ipv6Only: boolean
  readonly exclusiveAddressUse: boolean
}

/** The outcome of a step, without values that may differ between machines, such as tokens. */
export type Outcome = { readonly answer: unknown } | { readonly error: string }

/** Changes to the machine that a transport cannot make. */
export interface MachineControl {
  exclude(range: PortRange): void
  reboot(): void
}

/** Runs commands over a transport. */
export class Machine implements AsyncDisposable {
  readonly #transport: Transport
  readonly #control: MachineControl
  readonly #sockets: WinsockSocket[] = []
  readonly #tokens: bigint[] = []

  constructor(transport: Transport, control: MachineControl) {
    this.#transport = transport
    this.#control = control
  }

  async runAll(commands: readonly Command[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = []
    for (const command of commands) outcomes.push(await this.run(command))
    return outcomes
  }

  async run(command: Command): Promise<Outcome> {
    try {
      return { answer: await this.#run(command) }
    } catch (error) {
      if (error instanceof SystemCallError) return { error: `${error.syscall}: ${error.code}` }
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport.close()
  }

  async #run(command: Command): Promise<unknown> {
    const { call, protocol, family, socket: number, token, startPort, count, overlapped } = command
    const range = { protocol, startPort, count }
    const socket = this.#sockets[number % Math.max(1, this.#sockets.length)]
    const { persistent } = this.#transport
    switch (call) {
      case 'open':
        this.#sockets.push(this.#transport.openSocket({ protocol, family }))
        return 'opened'
      case 'create':
        this.#tokens.push(await persistent.create(range))
        return 'created'
      case 'lookup':
        return this.#tokens.includes(await persistent.lookup(range)) ? 'known' : 'new'
      case 'delete':
        await persistent.delete(range)
        return 'deleted'
      case 'exclude':
        if (startPort > 0 && count > 0 && startPort + count <= 65_536) this.#control.exclude(range)
        return 'excluded'
      case 'reboot':
        // The sockets are real: they would outlive a simulated restart.
        for (const opened of this.#sockets.splice(0)) opened.close()
        this.#control.reboot()
        return 'rebooted'
    }
    if (socket === undefined) return 'no socket'
    switch (call) {
      case 'acquire': {
        const output = new Uint8Array(INET_PORT_RESERVATION_INSTANCE.size)
        const bytes = await control(
          socket,
          SIO_ACQUIRE_PORT_RESERVATION,
          encodeRange(startPort, count),
          output,
          overlapped,
        )
        const { StartPort, NumberOfPorts, Token } = INET_PORT_RESERVATION_INSTANCE.decode(output)
        this.#tokens.push(Token)
        return { bytes, StartPort, NumberOfPorts }
      }
      case 'associate':
        return await control(socket, SIO_ASSOCIATE_PORT_RESERVATION, this.#encodeToken(token), null, overlapped)
      case 'release':
        return await control(socket, SIO_RELEASE_PORT_RESERVATION, this.#encodeToken(token), null, overlapped)
      case 'bind':
        bind(socket, command)
        return socket.localAddress()
      case 'localAddress':
        return socket.localAddress()
      case 'close':
        socket.close()
        return 'closed'
    }
  }

  #encodeToken(number: number): Uint8Array {
    const bytes = new Uint8Array(INET_PORT_RESERVATION_TOKEN.size)
    INET_PORT_RESERVATION_TOKEN.encode({ Token: this.#tokens[number % Math.max(1, this.#tokens.length)] ?? 0n }, bytes)
    return bytes
  }
}

function bind(socket: WinsockSocket, command: Command): void {
  const { anyAddress, mappedAddress, startPort, reuseAddr, ipv6Only, exclusiveAddressUse } = command
  const ipv6Loopback = mappedAddress && !ipv6Only ? '::ffff:127.0.0.1' : '::1'
  const [loopback, any] = socket.family === 'ipv4' ? ['127.0.0.1', '0.0.0.0'] : [ipv6Loopback, '::']
  // All backends refuse reuseAddr for TCP, and together with exclusiveAddressUse, before any call.
  const shared = reuseAddr && socket.protocol === 'udp'
  const options = { reuseAddr: shared, ipv6Only, exclusiveAddressUse: exclusiveAddressUse && !shared }
  socket.bind({ address: anyAddress ? any : loopback, port: startPort }, options)
}

function encodeRange(StartPort: number, NumberOfPorts: number): Uint8Array {
  const bytes = new Uint8Array(INET_PORT_RANGE.size)
  INET_PORT_RANGE.encode({ StartPort, NumberOfPorts }, bytes)
  return bytes
}

async function control(
  socket: WinsockSocket,
  code: number,
  input: Uint8Array,
  output: Uint8Array | null,
  overlapped: boolean,
): Promise<number> {
  return overlapped ? await socket.ioctlAsync(code, input, output) : socket.ioctl(code, input, output)
}
