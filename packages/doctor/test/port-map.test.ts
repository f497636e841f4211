import { once } from 'node:events'
import { createServer } from 'node:net'
import type { SocketTable, Transport } from '@winport/transport'
import { MockKernel } from '@winport/transport-mock'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnose, type ExcludedRange, type Holder, mapPorts, type PortSpan, readPortMap } from '../src/index.js'
import { OtherSources } from '../src/other-sources.js'
import type { PortSources } from '../src/port-sources.js'
import { type ReadPortMapOptions, readPortMapFrom } from '../src/read-port-map.js'
import { holder, windowsFacts } from './facts.js'

const LAST_PORT = 65_535
const port = fc.integer({ min: 1, max: LAST_PORT })
const span: fc.Arbitrary<PortSpan> = fc
  .tuple(port, fc.integer({ min: 1, max: 5_000 }))
  .map(([startPort, count]) => ({ startPort, endPort: Math.min(startPort + count - 1, LAST_PORT) }))
const exclusion: fc.Arbitrary<ExcludedRange> = fc
  .tuple(
    fc.oneof(
      span,
      port.map((only) => ({ startPort: only, endPort: only })),
    ),
    fc.boolean(),
  )
  .map(([range, administered]) => ({ ...range, administered }))
const sockets = fc
  .array(fc.tuple(port, fc.constantFrom<number | null>(4, 700, null)))
  .map((pairs) => new Map<number, Holder[]>(pairs.map(([at, pid]) => [at, [holder({ pid })]])))
const machine = fc.record({
  held: fc.array(span, { maxLength: 4 }),
  exclusions: fc.array(exclusion).map((value) => ({ value })),
  dynamicRange: fc.oneof(
    span.map((value) => ({ value })),
    fc.constant({ value: null, unknown: 'netsh printed nothing' } as const),
  ),
  sockets,
})

describe('mapPorts', () => {
  it('puts the ranges in the order of their start, within the bounds, and agrees with diagnose at every port', () => {
    fc.assert(
      fc.property(machine, port, ({ sockets, ...ranges }, anywhere) => {
        const facts = { platform: 'win32', protocol: 'tcp', ...ranges } as const
        const map = mapPorts({ ...facts, sockets: { value: sockets } })
        for (const [index, { startPort, endPort }] of map.ranges.entries()) {
          expect(startPort).toBeGreaterThanOrEqual(map.ranges[index - 1]?.startPort ?? 1)
          expect(endPort).toBeGreaterThanOrEqual(startPort)
          expect(endPort).toBeLessThanOrEqual(LAST_PORT)
        }
        // The ranges are the same between two edges, so that these ports stand for all.
        const edges = map.ranges.flatMap(({ startPort, endPort }) => [startPort - 1, startPort, endPort, endPort + 1])
        for (const at of new Set([1, anywhere, ...edges, LAST_PORT].filter((edge) => edge >= 1 && edge <= LAST_PORT))) {
          const here = { value: sockets.get(at) ?? [] }
          const explanation = diagnose(windowsFacts({ ...facts, port: at, sockets: here }))
          const around = map.ranges.filter(({ startPort, endPort }) => startPort <= at && at <= endPort)
          expect(around.map(({ holders, ...range }) => range)).toEqual(explanation.ranges)
          expect(around.flatMap(({ holders }) => holders)).toEqual(explanation.holders)
          expect(map.dynamicRange).toEqual(explanation.dynamicRange)
        }
      }),
    )
  })

  it('gives the reason of each unknown fact, and says that some processes are hidden', () => {
    const facts = { platform: 'win32', protocol: 'tcp', held: [], dynamicRange: { value: null, unknown: 'c' } } as const
    const unread = { sockets: { value: null, unknown: 'a' }, exclusions: { value: null, unknown: 'b' } } as const
    expect(mapPorts({ ...facts, ...unread })).toEqual({
      schema: 1,
      platform: 'win32',
      protocol: 'tcp',
      dynamicRange: null,
      ranges: [],
      unknown: { sockets: 'a', exclusions: 'b', dynamicRange: 'c' },
    })
    const hidden = { value: new Map([[80, [holder({ pid: null })]]]) }
    expect(mapPorts({ ...facts, sockets: hidden, exclusions: { value: [] } }).unknown).toEqual({
      dynamicRange: 'c',
      processes: 'the system does not say which process has some of the sockets',
    })
  })
})

describe('readPortMap', () => {
  it('shows the ports of this machine', async () => {
    const server = createServer().listen(0)
    await once(server, 'listening')
    const address = server.address()
    const at = typeof address === 'object' && address !== null ? address.port : 0
    const map = await readPortMap({ protocol: 'tcp' })
    server.close()
    expect(map).toMatchObject({ schema: 1, platform: process.platform, protocol: 'tcp' })
    if (process.platform === 'linux') {
      const found = map.ranges.find(({ kind, startPort }) => kind === 'in-use' && startPort === at)
      expect(found).toMatchObject({ endPort: at, certainty: 'shown' })
      expect(found?.holders).toContainEqual(expect.objectContaining({ pid: process.pid, state: 'LISTEN' }))
    }
  })

  it('reads every source once, and shows the own blocks of the protocol', async () => {
    const read: string[] = []
    const once =
      <Value>(name: string, value: Value) =>
      async () => {
        read.push(name)
        return { value }
      }
    const sources: PortSources = Object.assign(new OtherSources('freebsd'), {
      readSockets: once('sockets', new Map([[80, [holder()]]])),
      readExclusions: once('exclusions', []),
      readDynamicRange: once('dynamicRange', { startPort: 1024, endPort: 2000 }),
    })
    const held = [
      { protocol: 'tcp', startPort: 50, count: 3 } as const,
      { protocol: 'udp', startPort: 1, count: 9 } as const,
    ]
    const { ranges, unknown } = await readPortMapFrom(sources, { protocol: 'tcp', held })
    expect(ranges.map(({ kind, startPort, endPort }) => [kind, startPort, endPort])).toEqual([
      ['own', 50, 52],
      ['in-use', 80, 80],
      ['dynamic', 1024, 2000],
    ])
    expect(unknown).toEqual({})
    expect(read.sort()).toEqual(['dynamicRange', 'exclusions', 'sockets'])
  })

  it('lists the sockets of a transport that can', async () => {
    const socket = { family: 'ipv4', address: '0.0.0.0', port: 80, remote: null, state: 'LISTEN', since: null } as const
    const socketTable: SocketTable = {
      read: async () => [{ ...socket, pid: 7 }],
      readProcess: async () => ({ image: 'C:\\iis.exe', started: null }),
      readUser: async () => 'PC\\me',
      readServices: async () => new Map([[7, ['W3SVC']]]),
    }
    const transport = { socketTable } as Partial<Transport> as Transport
    const { ranges, unknown } = await readPortMapFrom(new OtherSources('freebsd'), { protocol: 'tcp', transport })
    expect(ranges).toMatchObject([
      {
        kind: 'in-use',
        startPort: 80,
        holders: [{ pid: 7, image: 'C:\\iis.exe', user: 'PC\\me', services: ['W3SVC'] }],
      },
    ])
    expect(unknown).not.toHaveProperty('sockets')
  })

  it('maps a simulated machine, and says that it is one', async () => {
    const kernel = new MockKernel({ exclusions: [{ protocol: 'tcp', startPort: 5000, count: 10 }] })
    const transport = kernel.openTransport({ elevated: true })
    await transport.persistent.create({ protocol: 'tcp', startPort: 6000, count: 5 })
    transport.openSocket({ protocol: 'tcp' }).bind({ address: '127.0.0.1', port: 7000 })
    const { simulated, platform, ranges, unknown } = await readPortMap({ protocol: 'tcp', transport })
    expect({ simulated, platform, unknown }).toEqual({ simulated: true, platform: 'win32', unknown: {} })
    expect(ranges.map(({ kind, startPort, endPort }) => [kind, startPort, endPort])).toEqual([
      ['administered', 5000, 5009],
      ['administered', 6000, 6004],
      ['in-use', 7000, 7000],
      ['dynamic', 49_152, 65_535],
    ])
    expect((await readPortMap({ protocol: 'udp' })).simulated).toBeUndefined()
  })

  it('knows nothing on a system that it cannot read, and says so', async () => {
    const reason = 'it is not read on freebsd'
    expect(await readPortMapFrom(new OtherSources('freebsd'), { protocol: 'udp' })).toMatchObject({
      ranges: [],
      unknown: { sockets: reason, dynamicRange: reason },
    })
  })

  it.each<[string, object, string]>([
    ['no protocol', {}, 'ERR_INVALID_ARG_TYPE'],
    ['another protocol', { protocol: 'icmp' }, 'ERR_OUT_OF_RANGE'],
    ['an unknown option', { protocol: 'tcp', port: 80 }, 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %s', async (_what, options, code) => {
    await expect(readPortMap(options as ReadPortMapOptions)).rejects.toMatchObject({ code })
  })

  it('rejects with an AbortError when the signal aborts, before and during the call', async () => {
    const aborted = { protocol: 'tcp', signal: AbortSignal.abort() } as const
    await expect(readPortMap(aborted)).rejects.toMatchObject({ name: 'AbortError' })
    const controller = new AbortController()
    const sources: PortSources = Object.assign(new OtherSources('freebsd'), {
      readSockets: () => {
        controller.abort()
        return new Promise<never>(() => {})
      },
    })
    const reading = readPortMapFrom(sources, { protocol: 'tcp', signal: controller.signal })
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
  })
})
