import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { INET_PORT_RANGE, SIO_ACQUIRE_PORT_RESERVATION } from '@winport/definitions'
import { MockKernel } from '@winport/transport-mock'
import { leasePorts } from '@winport/windows'
import { describe, expect, it } from 'vitest'
import { explainPort, explainPortFrom } from '../src/explain-port.js'
import type { ExplainPortOptions } from '../src/index.js'
import { nextFreePort } from '../src/next-free-port.js'
import { OtherSources } from '../src/other-sources.js'
import type { PortSources } from '../src/port-sources.js'
import { WindowsSources } from '../src/windows/windows-sources.js'

/** A Windows without sockets at the tested ports, whose netsh prints these rows. */
const netsh = (rows: string) =>
  new WindowsSources(
    async (program, args) => {
      if (program.endsWith('netstat.exe')) return '  TCP  0.0.0.0:1  0.0.0.0:0  X  4\n'
      return args.includes('dynamicport') ? '1024 : 13977' : `---------- --------\n${rows}\n`
    },
    { SystemRoot: 'C:\\Windows' },
  )

describe('explainPort', () => {
  it('explains a port of the machine that it runs on', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address()
    const explanation = await explainPort({ protocol: 'udp', port, host: '127.0.0.1' })
    socket.close()
    expect(explanation).toMatchObject({ schema: 1, platform: process.platform, verdict: 'refused', host: '127.0.0.1' })
    expect(explanation.nextFree).toBeGreaterThan(port)
  })

  it('takes the first address of a name', async () => {
    const { startPort: port } = await leasePorts(1)
    const { host } = await explainPort({ protocol: 'tcp', port, host: 'localhost' })
    expect(['127.0.0.1', '::1']).toContain(host)
  })

  it('knows the probes alone on a system that it cannot read, and says so', async () => {
    const socket = createSocket('udp4').bind(0)
    await once(socket, 'listening')
    const explanation = await explainPortFrom(new OtherSources('freebsd'), {
      protocol: 'udp',
      port: socket.address().port,
    })
    socket.close()
    expect(explanation).toMatchObject({
      platform: 'freebsd',
      verdict: 'refused',
      causes: [{ kind: 'unexplained' }],
      dynamicRange: null,
      unknown: {
        sockets: 'it is not read on freebsd',
        dynamicRange: 'it is not read on freebsd',
        firstUnprivilegedPort: 'it is not read on freebsd',
      },
    })
    expect(explanation.unknown).not.toHaveProperty('exclusions')
  })

  it('binds and reserves through a transport, and leaves nothing open', async () => {
    const kernel = new MockKernel({ avoidHostPorts: true })
    const { startPort: port } = await leasePorts(2)
    const transport = kernel.openTransport()
    const free = await explainPort({ protocol: 'tcp', port, transport })
    expect(free.verdict).toBe('free')
    expect(free.probes.at(-1)).toEqual({ how: 'reserve', address: null, result: 'ok' })
    kernel.assertNothingHeld()

    const other = kernel.openTransport()
    const socket = other.openSocket({ protocol: 'tcp' })
    socket.bind({ address: '0.0.0.0', port })
    const taken = await explainPort({ protocol: 'tcp', port, transport })
    expect(taken).toMatchObject({ verdict: 'refused', nextFree: port + 1 })
    expect(taken.probes.map(({ how, address }) => [how, address])).toEqual([
      ['bind', '::'],
      ['bind', '0.0.0.0'],
      ['bind', '::1'],
      ['bind', '127.0.0.1'],
      ['reserve', null],
    ])
    expect(taken.probes[0]?.result).toMatch(/^EADDRINUSE|EACCES$/)
    expect(taken.probes.at(-1)?.result).toMatch(/^WSAE/)
    socket.close()
    kernel.assertNothingHeld()
  })

  it('recognises the own reservations of the protocol', async () => {
    const kernel = new MockKernel({ avoidHostPorts: true })
    const transport = kernel.openTransport()
    const range = await leasePorts(3)
    const request = new Uint8Array(INET_PORT_RANGE.size)
    INET_PORT_RANGE.encode({ StartPort: range.startPort, NumberOfPorts: range.count }, request)
    const anchor = transport.openSocket({ protocol: 'tcp' })
    await anchor.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, request, new Uint8Array(16))
    const held = [{ protocol: 'tcp', ...range } as const, { protocol: 'udp', startPort: 1, count: 65_535 } as const]
    const { verdict, causes, ranges, nextFree } = await explainPort({
      protocol: 'tcp',
      port: range.startPort + 1,
      transport,
      held,
    })
    expect(verdict).toBe('refused')
    expect(causes).toMatchObject([{ kind: 'own-reservation', certainty: 'shown' }])
    const own = { kind: 'own', certainty: 'shown', startPort: range.startPort, endPort: range.startPort + 2 }
    expect(ranges).toContainEqual(own)
    expect(nextFree).toBeGreaterThan(range.startPort + 2)
    anchor.close()
    kernel.assertNothingHeld()
  })

  it('finds the range of the kernel that netsh shows, and skips it for the next port', async () => {
    const kernel = new MockKernel({ avoidHostPorts: true })
    const { startPort } = await leasePorts(12)
    const request = new Uint8Array(INET_PORT_RANGE.size)
    INET_PORT_RANGE.encode({ StartPort: startPort, NumberOfPorts: 11 }, request)
    const tenant = kernel.openTransport().openSocket({ protocol: 'tcp' })
    await tenant.ioctlAsync(SIO_ACQUIRE_PORT_RESERVATION, request, new Uint8Array(16))
    const explanation = await explainPortFrom(netsh(`${startPort} ${startPort + 10}`), {
      protocol: 'tcp',
      port: startPort + 1,
      transport: Object.assign(kernel.openTransport(), { simulatedMachine: undefined }), // as that of a real Windows
    })
    expect(explanation.causes).toMatchObject([{ kind: 'kernel-reservation', certainty: 'shown' }])
    expect(explanation.nextFree).toBe(startPort + 11)
    tenant.close()
    kernel.assertNothingHeld()
  })

  it('explains a port of a simulated machine from its own ranges and sockets', async () => {
    const exclusions = [{ protocol: 'tcp', startPort: 5000, count: 10 } as const]
    const kernel = new MockKernel({ exclusions, dynamicRange: { startPort: 40_000, count: 100 } })
    const [transport, other] = [kernel.openTransport({ pid: 8 }), kernel.openTransport({ pid: 12 })]
    other.openSocket({ protocol: 'tcp' }).bind({ address: '0.0.0.0', port: 7000 })
    const excluded = await explainPort({ protocol: 'tcp', port: 5001, transport })
    expect(excluded).toMatchObject({
      platform: 'win32',
      verdict: 'free',
      causes: [{ kind: 'administered-exclusion' }],
      ranges: [{ startPort: 5000, endPort: 5009, kind: 'administered' }],
      dynamicRange: { startPort: 40_000, endPort: 40_099 },
      unknown: {},
    })
    const taken = await explainPort({ protocol: 'tcp', port: 7000, host: '0.0.0.0', transport })
    expect(taken).toMatchObject({ causes: [{ kind: 'bound-only' }], holders: [{ pid: 12, user: 'MOCK\\User' }] })
    const own = await explainPort({ protocol: 'tcp', port: 7000, host: '0.0.0.0', transport: other })
    expect(own.causes[0]?.text).toMatch(/That is this process itself\.$/)
  })

  it('says why the port was not reserved', async () => {
    const { startPort: port } = await leasePorts(1)
    const { unknown } = await explainPortFrom(netsh(''), { protocol: 'tcp', port })
    expect(unknown).toEqual({ reserve: 'there is no transport' })
  })

  it('says unknown, with the reason, when nothing can be bound', async () => {
    const transport = new MockKernel().openTransport()
    const openSocket = () => {
      throw new Error('no handles')
    }
    const asked = explainPortFrom(netsh(''), {
      protocol: 'tcp',
      port: 80,
      transport: Object.assign(transport, { openSocket }),
    })
    expect(await asked).toMatchObject({ verdict: 'unknown', unknown: { bind: 'no handles', reserve: 'no handles' } })
  })

  it.each<[string, Partial<Record<keyof ExplainPortOptions | 'prot', unknown>>, string]>([
    ['no protocol', { protocol: undefined }, 'ERR_INVALID_ARG_TYPE'],
    ['another protocol', { protocol: 'icmp' }, 'ERR_OUT_OF_RANGE'],
    ['a port as text', { port: '80' }, 'ERR_INVALID_ARG_TYPE'],
    ['port 0', { port: 0 }, 'ERR_OUT_OF_RANGE'],
    ['port 65536', { port: 65_536 }, 'ERR_OUT_OF_RANGE'],
    ['half a port', { port: 1.5 }, 'ERR_OUT_OF_RANGE'],
    ['a host that is no text', { host: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['an unknown option', { prot: 'tcp' }, 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %s', async (_what, changed, code) => {
    const options = { protocol: 'tcp', port: 80, ...changed } as ExplainPortOptions
    await expect(explainPort(options)).rejects.toMatchObject({ code })
  })

  it('rejects with the error of a name without an address', async () => {
    await expect(explainPort({ protocol: 'tcp', port: 80, host: 'winport.invalid' })).rejects.toMatchObject({
      syscall: 'getaddrinfo',
    })
  })

  it('rejects with an AbortError when the signal aborts, before and during the call', async () => {
    const options = { protocol: 'tcp', port: 80 } as const
    await expect(explainPort({ ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    const controller = new AbortController()
    const sources: PortSources = Object.assign(new OtherSources('freebsd'), {
      readSockets: () => {
        controller.abort()
        return new Promise<never>(() => {})
      },
    })
    await expect(explainPortFrom(sources, { ...options, signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})

describe('nextFreePort', () => {
  it('tries the ports in order and skips the avoided ranges without an attempt', () => {
    const tried: number[] = []
    const found = nextFreePort(
      10,
      [
        { startPort: 12, endPort: 14 },
        { startPort: 15, endPort: 15 },
      ],
      (port) => {
        tried.push(port)
        return port === 17
      },
    )
    expect(found).toBe(17)
    expect(tried).toEqual([10, 11, 16, 17])
  })

  it('returns null after the last port, and after too many attempts', () => {
    expect(nextFreePort(65_536, [], () => true)).toBeNull()
    expect(nextFreePort(65_000, [{ startPort: 65_001, endPort: 65_535 }], () => false)).toBeNull()
    let attempts = 0
    expect(
      nextFreePort(1, [], () => {
        attempts++
        return false
      }),
    ).toBeNull()
    expect(attempts).toBe(256)
  })
})
