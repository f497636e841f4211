import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { PortRange, Transport } from '@winport/transport'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type AcquireOptions,
  type BlockBindOptions,
  type BlockConnectOptions,
  type BlockListenOptions,
  ReservationManager,
  type RuntimeReservation,
} from '../src/index.js'
import { failureOf } from './failure-of.js'
import { SimulatedMachine } from './simulated-machine.js'

// The messages of Node's own errors: which argument, what is allowed, what was received.
const type = 'ERR_INVALID_ARG_TYPE'
const range = 'ERR_OUT_OF_RANGE'

async function expectRefusal(call: Promise<unknown>, code: string, message: string): Promise<void> {
  const failure = await failureOf(call)
  expect(failure).toBeInstanceOf(code === type ? TypeError : RangeError)
  expect(failure.code).toBe(code)
  expect(failure.message).toBe(message)
}

describe('the arguments of acquire', () => {
  const machine = new SimulatedMachine()
  afterEach(() => expect(machine.calls.filter((call) => call !== 'close')).toEqual([]))

  it.each<[unknown, string, string]>([
    [undefined, type, 'The "options" argument must be of type object. Received undefined'],
    [null, type, 'The "options" argument must be of type object. Received null'],
    ['tcp', type, `The "options" argument must be of type object. Received type string ('tcp')`],
    [{ count: 1 }, type, `The "protocol" argument must be 'tcp' or 'udp'. Received undefined`],
    [{ protocol: 6, count: 1 }, type, `The "protocol" argument must be 'tcp' or 'udp'. Received type number (6)`],
    [
      { protocol: 'sctp', count: 1 },
      range,
      `The value of "protocol" is out of range. It must be 'tcp' or 'udp'. Received 'sctp'`,
    ],
    [
      { protocol: 'TCP', count: 1 },
      range,
      `The value of "protocol" is out of range. It must be 'tcp' or 'udp'. Received 'TCP'`,
    ],
    [{ protocol: 'tcp' }, type, 'The "count" argument must be of type number. Received undefined'],
    [{ protocol: 'tcp', count: '5' }, type, `The "count" argument must be of type number. Received type string ('5')`],
    [{ protocol: 'tcp', count: 5n }, type, 'The "count" argument must be of type number. Received type bigint (5n)'],
    [
      { protocol: 'tcp', count: 0 },
      range,
      'The value of "count" is out of range. It must be >= 1 and <= 65535. Received 0',
    ],
    [
      { protocol: 'tcp', count: -1 },
      range,
      'The value of "count" is out of range. It must be >= 1 and <= 65535. Received -1',
    ],
    [
      { protocol: 'tcp', count: 1.5 },
      range,
      'The value of "count" is out of range. It must be an integer >= 1 and <= 65535. Received 1.5',
    ],
    [
      { protocol: 'tcp', count: Number.NaN },
      range,
      'The value of "count" is out of range. It must be an integer >= 1 and <= 65535. Received NaN',
    ],
    [
      { protocol: 'tcp', count: 100_000 },
      range,
      'The value of "count" is out of range. It must be >= 1 and <= 65535. Received 100000',
    ],
    [
      { protocol: 'tcp', count: 65_536 },
      range,
      'The value of "count" is out of range. It must be >= 1 and <= 65535. Received 65536',
    ],
    [
      { protocol: 'tcp', startPort: 70_000, count: 1 },
      range,
      'The value of "startPort" is out of range. It must be >= 0 and <= 65535. Received 70000',
    ],
    [
      { protocol: 'tcp', startPort: -1, count: 1 },
      range,
      'The value of "startPort" is out of range. It must be >= 0 and <= 65535. Received -1',
    ],
    [
      { protocol: 'tcp', startPort: '5000', count: 1 },
      type,
      `The "startPort" argument must be of type number. Received type string ('5000')`,
    ],
    [
      { protocol: 'tcp', startPort: null, count: 1 },
      type,
      'The "startPort" argument must be of type number. Received null',
    ],
    [
      { protocol: 'tcp', startPort: 65_530, count: 20 },
      range,
      'The value of "count" is out of range. It must be <= 6 to end at port 65535 when it starts at 65530. Received 20',
    ],
    [
      { protocol: 'tcp', startPort: 1, count: 1, signal: {} },
      type,
      'The "signal" argument must be an instance of AbortSignal. Received an instance of Object',
    ],
    [
      { protocol: 'tcp', count: 1, signal: null },
      type,
      'The "signal" argument must be an instance of AbortSignal. Received null',
    ],
    [
      { protocol: 'tcp', count: 1, signal: new AbortController() },
      type,
      'The "signal" argument must be an instance of AbortSignal. Received an instance of AbortController',
    ],
  ])('are refused before any system call: %o', async (options, code, message) => {
    await expectRefusal(machine.manager.acquire(options as AcquireOptions), code, message)
  })
})

describe('an unknown option', () => {
  const machine = new SimulatedMachine({ elevated: true })
  const one = { protocol: 'tcp', startPort: 5000, count: 1 } as const
  const signalAlone = 'The option "signla" is unknown. The known options are signal.'
  const place = 'protocol, count, startPort, within, order, fallback, exclude, signal.'

  it.each<[string, (unknown: object) => Promise<unknown>, string]>([
    ['acquire', (unknown) => machine.manager.acquire({ ...one, ...unknown }), place],
    ['acquireMatched', (unknown) => machine.manager.acquireMatched({ count: 1, ...unknown }), place],
    ['persistent.create', (unknown) => machine.manager.persistent.create(one, unknown), 'signal.'],
    ['persistent.lookup', (unknown) => machine.manager.persistent.lookup(one, unknown), 'signal.'],
    ['persistent.ensure', (unknown) => machine.manager.persistent.ensure(one, unknown), 'signal.'],
    ['persistent.open', (unknown) => machine.manager.persistent.open(one, unknown), 'signal.'],
    ['persistent.delete', (unknown) => machine.manager.persistent.delete(one, unknown), 'signal.'],
  ])('of %s is refused before any system call', async (_name, call, known) => {
    const failure = await failureOf(call({ statrPort: 5000 }))
    expect(failure).toMatchObject({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: `The option "statrPort" is unknown. The known options are ${known}`,
    })
    expect(machine.calls).toEqual([])
  })

  it('of release is refused, and the block stays', async () => {
    const block = await machine.manager.acquire(one)
    const matched = await machine.manager.acquireMatched({ count: 1 })
    for (const held of [block, matched]) {
      expect((await failureOf(held.release({ signla: undefined, signal: 5 } as never))).code).toBe(type)
      expect((await failureOf(held.release({ signla: 5 } as never))).message).toBe(signalAlone)
      expect(held.released).toBe(false)
    }
  })

  it('is ignored if its value is undefined', async () => {
    const block = await machine.manager.acquire({ ...one, statrPort: undefined } as AcquireOptions)
    expect(block.startPort).toBe(5000)
    await block.release({ signla: undefined } as never)
  })

  it('is not the protocol of acquireMatched, which has both', async () => {
    expect((await machine.manager.acquireMatched({ ...one, protocol: 'udp' } as never)).tcp.count).toBe(1)
  })
})

describe.each(['create', 'lookup', 'delete'] as const)('the arguments of persistent.%s', (call) => {
  const machine = new SimulatedMachine({ elevated: true })
  afterEach(() => expect(machine.calls.filter((call) => call !== 'close')).toEqual([]))

  it.each<[unknown, string, string]>([
    [undefined, type, 'The "range" argument must be of type object. Received undefined'],
    [{ protocol: 'tcp', count: 1 }, type, 'The "startPort" argument must be of type number. Received undefined'],
    [{ startPort: 1, count: 1 }, type, `The "protocol" argument must be 'tcp' or 'udp'. Received undefined`],
    [
      { protocol: 'icmp', startPort: 5000, count: 1 },
      range,
      `The value of "protocol" is out of range. It must be 'tcp' or 'udp'. Received 'icmp'`,
    ],
    [
      { protocol: 'tcp', startPort: 0, count: 1 },
      range,
      'The value of "startPort" is out of range. It must be >= 1 and <= 65535. Received 0',
    ],
    [
      { protocol: 'tcp', startPort: 5000, count: 0 },
      range,
      'The value of "count" is out of range. It must be >= 1 and <= 65535. Received 0',
    ],
    [
      { protocol: 'udp', startPort: 65_535, count: 2 },
      range,
      'The value of "count" is out of range. It must be <= 1 to end at port 65535 when it starts at 65535. Received 2',
    ],
  ])('are refused before any system call: %o', async (options, code, message) => {
    await expectRefusal(machine.manager.persistent[call](options as PortRange), code, message)
  })
})

describe("the arguments of a block's methods", () => {
  const machine = new SimulatedMachine()
  let tcp: RuntimeReservation
  let udp: RuntimeReservation
  beforeEach(async () => {
    tcp = await machine.manager.acquire({ protocol: 'tcp', startPort: 5000, count: 20 })
    udp = await machine.manager.acquire({ protocol: 'udp', startPort: 5000, count: 20 })
  })
  afterEach(() => {
    expect(machine.calls.filter((call) => call !== 'close')).toEqual(['openSocket tcp', 'openSocket udp']) // the anchors
  })

  // Like an Express application: a function with a method named listen.
  const app = Object.assign(function app() {}, { listen() {}, address() {}, close() {} })
  const notServer = 'The "server" argument must be a net.Server, such as http.createServer() returns'

  it.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'undefined'],
    ['null', () => null, 'null'],
    ['a port', () => 5000, 'type number (5000)'],
    ['an empty object', () => ({}), 'an instance of Object'],
    ['a dgram socket', () => machine.owns(createSocket('udp4')), 'an instance of Socket'],
  ])('refuse %s as the server of listen', async (_name, make, received) => {
    await expectRefusal(
      tcp.listen(make() as ReturnType<typeof createServer>),
      type,
      `${notServer}. Received ${received}`,
    )
  })

  it.each(['listen', 'attach'] as const)('say how to %s an application that is a function', async (call) => {
    const message = `${notServer}: pass http.createServer(app). Received function app`
    await expectRefusal((async () => tcp[call](app as never))(), type, message)
  })

  it.each([
    ['listen', (options: object) => tcp.listen(createServer(), options)],
    ['bind', (options: object) => udp.bind(machine.owns(createSocket('udp4')), options)],
    ['connect', (options: object) => tcp.connect({ port: 80, ...options })],
    ['attach', async (options: object) => tcp.attach(createServer(), options)],
  ])('refuse an option that %s does not know', async (_name, call) => {
    const failure = await failureOf(call({ prot: 5000, path: undefined }))
    expect(failure).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('The option "prot" is unknown.'),
    })
  })

  it.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'undefined'],
    ['the type of a socket', () => 'udp4', `type string ('udp4')`],
    ['a server', () => createServer(), 'an instance of Server'],
  ])('refuse %s as the socket of bind', async (_name, make, received) => {
    const message = `The "socket" argument must be a dgram.Socket. Received ${received}`
    await expectRefusal(udp.bind(make() as ReturnType<typeof createSocket>), type, message)
  })

  it('refuse listen and connect on a UDP block, and bind on a TCP block', async () => {
    const must = 'The value of "protocol" is out of range. It must be'
    const socket = machine.owns(createSocket('udp4'))
    await expectRefusal(udp.listen(createServer()), range, `${must} 'tcp' for listen(). Received 'udp'`)
    await expectRefusal(udp.connect({ port: 80 }), range, `${must} 'tcp' for connect(). Received 'udp'`)
    await expectRefusal(tcp.bind(socket), range, `${must} 'udp' for bind(). Received 'tcp'`)
  })

  const notPort = 'The "port" argument must be of type number. Received'
  const outside = 'The value of "port" is out of range. It must be inside the block, from 5000 to 5019. Received'
  const badOptions: [unknown, string, string][] = [
    [null, type, 'The "options" argument must be of type object. Received null'],
    [5000, type, 'The "options" argument must be of type object. Received type number (5000)'],
    [{ port: '5000' }, type, `${notPort} type string ('5000')`],
    [{ port: 4999 }, range, `${outside} 4999`],
    [{ port: 5020 }, range, `${outside} 5020`],
    [{ port: 70_000 }, range, 'The value of "port" is out of range. It must be >= 0 and <= 65535. Received 70000'],
    [
      { port: 5000.5 },
      range,
      'The value of "port" is out of range. It must be an integer >= 0 and <= 65535. Received 5000.5',
    ],
    [{ host: 5 }, type, 'The "host" argument must be a host name or an IP address. Received type number (5)'],
    [{ signal: 1 }, type, 'The "signal" argument must be an instance of AbortSignal. Received type number (1)'],
  ]

  it.each(badOptions)('refuse the options %o of listen', async (options, code, message) => {
    await expectRefusal(tcp.listen(createServer(), options as BlockListenOptions), code, message)
  })

  it.each<[unknown, string, string]>([
    ['5', type, `The "backlog" argument must be of type number. Received type string ('5')`],
    [-1, range, 'The value of "backlog" is out of range. It must be >= 0 and <= 2147483647. Received -1'],
    [1.5, range, 'The value of "backlog" is out of range. It must be an integer >= 0 and <= 2147483647. Received 1.5'],
  ])('refuse a backlog of %o', async (backlog, code, message) => {
    await expectRefusal(tcp.listen(createServer(), { backlog } as BlockListenOptions), code, message)
  })

  it.each(badOptions)('refuse the options %o of bind', async (options, code, message) => {
    await expectRefusal(udp.bind(machine.owns(createSocket('udp4')), options as BlockBindOptions), code, message)
  })

  it.each([
    { kind: 'udp6', host: '127.0.0.1', family: 'ipv6' },
    { kind: 'udp4', host: '::1', family: 'ipv4' },
  ] as const)('refuse the host $host for a $kind socket', async ({ kind, host, family }) => {
    await expectRefusal(
      udp.bind(machine.owns(createSocket(kind)), { host }),
      range,
      `The value of "host" is out of range. It must be an ${family} address, as the socket is. Received '${host}'`,
    )
  })

  it.each<[unknown, string, string]>([
    [undefined, type, 'The "options" argument must be of type object. Received undefined'],
    [80, type, 'The "options" argument must be of type object. Received type number (80)'],
    [{}, type, `${notPort} undefined`],
    [{ port: '80' }, type, `${notPort} type string ('80')`],
    [{ port: 0 }, range, 'The value of "port" is out of range. It must be >= 1 and <= 65535. Received 0'],
    [{ port: 65_536 }, range, 'The value of "port" is out of range. It must be >= 1 and <= 65535. Received 65536'],
    [
      { port: Number.NaN },
      range,
      'The value of "port" is out of range. It must be an integer >= 1 and <= 65535. Received NaN',
    ],
    [
      { port: 80, localPort: '5000' },
      type,
      `The "localPort" argument must be of type number. Received type string ('5000')`,
    ],
    [
      { port: 80, localPort: 80 },
      range,
      'The value of "localPort" is out of range. It must be inside the block, from 5000 to 5019. Received 80',
    ],
    [
      { port: 80, host: 127 },
      type,
      'The "host" argument must be a host name or an IP address. Received type number (127)',
    ],
    [
      { port: 80, signal: 'now' },
      type,
      `The "signal" argument must be an instance of AbortSignal. Received type string ('now')`,
    ],
  ])('refuse the options %o of connect', async (options, code, message) => {
    await expectRefusal(tcp.connect(options as BlockConnectOptions), code, message)
  })
})

describe('the arguments of a new manager', () => {
  const notTransport = 'The "transport" argument must be a Transport, such as createKoffiTransport() returns. Received'

  it.each<[unknown, string]>([
    [undefined, 'The "options" argument must be of type object. Received undefined'],
    [{}, `${notTransport} undefined`],
    [{ transport: 'mock' }, `${notTransport} type string ('mock')`],
    [{ transport: { close() {} } }, `${notTransport} an instance of Object`],
  ])('are refused: %o', (options, message) => {
    const open = () => new ReservationManager(options as { transport: Transport })
    expect(open).toThrow(TypeError)
    expect(open).toThrow(message)
  })
})

describe('an AbortSignal of another realm, such as a polyfill', () => {
  const machine = new SimulatedMachine()

  it('is accepted like one of this realm', async () => {
    const { signal } = new AbortController()
    const foreign = Object.create(null, {
      aborted: { get: () => signal.aborted },
      reason: { get: () => signal.reason },
      addEventListener: { value: signal.addEventListener.bind(signal) },
      removeEventListener: { value: signal.removeEventListener.bind(signal) },
    })
    const block = await machine.manager.acquire({ protocol: 'tcp', count: 1, signal: foreign })
    expect(machine.manager.held).toEqual([block])
  })
})
