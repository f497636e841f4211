import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { explainPort, type PortExplanation } from '@winport/doctor'
import { hasIPv6 } from '@winport/transport/conformance'
import { readBoundSockets } from '@winport/transport-linux'
import { leasePorts } from '@winport/windows'
import { afterEach, describe, expect, it } from 'vitest'
import { why } from '../src/cli/why-command.js'
import { openReservationManager } from '../src/index.js'
import { captureOutput } from './captured-output.js'
import { callWinport, runWinport } from './run-winport.js'

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  }
})

/** Starts a program that prints the port that it has, and waits for the port. */
async function hold(
  program: string,
  args: readonly string[],
  options: { readonly uid?: number; readonly gid?: number } = {},
): Promise<{ readonly port: number; readonly pid: number | undefined }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
  children.push(child)
  const [line] = await once(child.stdout, 'data')
  return { port: Number(line), pid: child.pid }
}

const LISTENER = (address: string) => [
  '--eval',
  `const s = net.createServer().listen(0, ${JSON.stringify(address)}, () => console.log(s.address().port))`,
]
const DATAGRAMS = (type: string) => [
  '--eval',
  `const s = dgram.createSocket(${JSON.stringify(type)}).bind(0, () => console.log(s.address().port))`,
]
/** libuv sets SO_REUSEADDR before it binds, which lets others bind beside it. Perl does not. */
const BOUND_ONLY = [
  '-e',
  'use Socket; $| = 1; socket(S, PF_INET, SOCK_STREAM, 0) and bind(S, sockaddr_in(0, INADDR_ANY)) or die $!; ' +
    'my ($port) = sockaddr_in(getsockname(S)); print "$port\\n"; sleep',
]

async function whyJson(
  ...args: readonly (string | number)[]
): Promise<{ code: number | null; found: PortExplanation }> {
  const { code, stdout, stderr } = await callWinport('why', ...args.map(String), '--json')
  expect(stderr).toBe('')
  expect(stdout.trimEnd()).not.toContain('\n')
  return { code, found: JSON.parse(stdout) }
}

/** The first line of the plain output. */
async function firstLine(...args: readonly (string | number)[]): Promise<string | undefined> {
  const { stdout } = await callWinport('why', ...args.map(String))
  expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(24)
  return stdout.split('\n')[0]
}

describe('winport why', () => {
  it('says that a free port can be bound, and exits with 0', async () => {
    const { startPort } = await leasePorts(1)
    const { code, found } = await whyJson('tcp', startPort)
    expect(code).toBe(0)
    expect(found).toMatchObject({
      schema: 1,
      protocol: 'tcp',
      port: startPort,
      verdict: 'free',
      causes: [],
      nextFree: null,
    })
    expect(await firstLine('tcp', startPort)).toBe(`tcp ${startPort} can be bound at ${found.host}.`)
  })

  it.each([
    [
      '192.0.2.1',
      3,
      /^tcp \d+ cannot be bound \(EADDRNOTAVAIL\): This machine does not have the address 192\.0\.2\.1\.\n/,
    ],
  ])('explains the host %s and exits with %i', async (host, code, output) => {
    const { startPort } = await leasePorts(1)
    expect(await runWinport('why', 'tcp', String(startPort), '--host', host)).toMatchObject({
      code,
      stdout: expect.stringMatching(output),
      stderr: '',
    })
  })

  it.each([
    ['why tcp', /missing required argument 'port'/],
    ['why icmp 80', /Allowed choices are tcp, udp/],
    ['why tcp 0', /"port".* 65535\. Received 0/],
    ['why tcp 65536', /"port".* 65535\. Received 65536/],
    ['why tcp http', /port must be a number\. Received 'http'/],
  ])('%s is a usage error and exits with 2', async (line, message) => {
    const { code, stdout, stderr } = await callWinport(...line.split(' '))
    expect(stdout).toBe('')
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^winport: [^\n]*\n$/)
    expect(code).toBe(2)
  })

  it('exits with 1 if the host has no address', async () => {
    const { code, stdout, stderr } = await callWinport('why', 'tcp', '80', '--host', 'winport.invalid')
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^winport: getaddrinfo [A-Z_]+ winport\.invalid\.\n$/)
    expect(code).toBe(1)
  })
})

/** What is found of a port that a process has only bound. Linux lists such sockets from 6.8 on. */
function boundOnly(port: number, pid: number | undefined): Partial<Record<keyof PortExplanation, unknown>> {
  return readBoundSockets().some((socket) => socket.port === port)
    ? { causes: [{ kind: 'bound-only', certainty: 'shown' }], holders: [{ pid, state: 'BOUND' }] }
    : { causes: [{ kind: 'bound-only', certainty: 'inferred' }], holders: [] }
}

if (process.platform === 'linux') {
  describe('winport why on Linux', () => {
    const addresses = hasIPv6() ? ['127.0.0.1', '0.0.0.0', '::1', '::'] : ['127.0.0.1', '0.0.0.0']
    it.each(addresses)('names the program that listens on %s', async (address) => {
      const { port, pid } = await hold(process.execPath, LISTENER(address))
      const { code, found } = await whyJson('tcp', port)
      expect(code).toBe(3)
      expect(found).toMatchObject({
        verdict: 'refused',
        causes: [{ kind: 'process', certainty: 'shown' }],
        holders: [{ pid, image: process.execPath, user: userInfo().username, address, state: 'LISTEN', remote: null }],
        unknown: {},
      })
      expect(Date.parse(found.holders[0]?.started ?? '')).toBeLessThanOrEqual(Date.now() + 60_000)
      expect(found.nextFree).toBeGreaterThan(port)
      const place = address.includes(':') ? `[${address}]` : address
      expect(await firstLine('tcp', port)).toMatch(`tcp ${port} is in use (EADDRINUSE): node (${pid}, started `)
      expect(await firstLine('tcp', port)).toMatch(` listens on ${place}:${port}.`)
    })

    it.each(hasIPv6() ? ['udp4', 'udp6'] : ['udp4'])('names the program with a %s socket', async (type) => {
      const { port, pid } = await hold(process.execPath, DATAGRAMS(type))
      const { code, found } = await whyJson('udp', port)
      expect(code).toBe(3)
      expect(found).toMatchObject({
        causes: [{ kind: 'process', certainty: 'shown' }],
        holders: [{ pid, address: type === 'udp4' ? '0.0.0.0' : '::', state: 'BOUND' }],
      })
      expect((await whyJson('tcp', port)).found.holders).toEqual([])
    })

    it('names the program whose socket is bound and does not listen, where Linux lists such sockets', async () => {
      const { port, pid } = await hold('perl', BOUND_ONLY)
      const { code, found } = await whyJson('tcp', port)
      expect(code).toBe(3)
      expect(found).toMatchObject(boundOnly(port, pid))
    })

    it('recognises a block that this process holds; for another process its ports are bound and do not listen', async () => {
      await using manager = await openReservationManager()
      const block = await manager.acquire({ protocol: 'tcp', count: 2 })
      const own = await explainPort({ protocol: 'tcp', port: block.endPort, held: [block] })
      expect(own).toMatchObject({ verdict: 'refused', causes: [{ kind: 'own-reservation', certainty: 'shown' }] })
      expect(own.ranges).toContainEqual({
        startPort: block.startPort,
        endPort: block.endPort,
        kind: 'own',
        certainty: 'shown',
      })
      const { code, stdout } = await runWinport('why', 'tcp', String(block.startPort), '--json')
      expect(code).toBe(3)
      expect(JSON.parse(stdout)).toMatchObject(boundOnly(block.startPort, process.pid))
      await block.release()
      expect((await explainPort({ protocol: 'tcp', port: block.startPort })).verdict).toBe('free')
    })

    it('names the program whose outgoing connection has the port', async () => {
      const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      const remotePort = typeof address === 'object' && address !== null ? address.port : 0
      const client = connect(remotePort, '127.0.0.1')
      await once(client, 'connect')
      const { code, found } = await whyJson('tcp', client.localPort ?? 0)
      client.destroy()
      server.close()
      expect(code).toBe(3)
      expect(found.causes[0]).toMatchObject({ kind: 'outgoing-connection', certainty: 'shown' })
      // Linux may have given the same port to a connection to another place.
      expect(found.holders).toContainEqual(
        expect.objectContaining({
          pid: process.pid,
          state: 'ESTABLISHED',
          address: '127.0.0.1',
          remote: `127.0.0.1:${remotePort}`,
        }),
      )
    })

    it('finds the port free for one address while a server listens on another', async () => {
      const { port } = await hold(process.execPath, LISTENER('127.0.0.1'))
      const { code, found } = await whyJson('tcp', port, '--host', '127.0.0.2')
      expect(code).toBe(0)
      expect(found).toMatchObject({ verdict: 'free', host: '127.0.0.2' })
      expect(found.causes.map(({ kind }) => kind)).toEqual(
        hasIPv6() ? ['other-family', 'other-family'] : ['other-family'],
      )
    })

    if (isRoot) {
      it('shows root the program of another user, and names the user', async () => {
        const { port, pid } = await hold(process.execPath, LISTENER('0.0.0.0'), { uid: NOBODY, gid: NOBODY })
        const { code, found } = await whyJson('tcp', port)
        expect(code).toBe(3)
        expect(found).toMatchObject({ causes: [{ kind: 'process' }], holders: [{ pid, user: 'nobody' }] })
      })

      it('names the other user whose program is hidden', async () => {
        const { port } = await hold(process.execPath, LISTENER('0.0.0.0'))
        const found = await explainAsNobody({ protocol: 'tcp', port })
        expect(found).toMatchObject({
          verdict: 'refused',
          causes: [{ kind: 'other-user', certainty: 'shown' }],
          holders: [{ pid: null, image: null, user: 'root' }],
          unknown: { processes: expect.any(String) },
        })
      })

      it('explains a low port that needs a privilege, where the system has such ports', async () => {
        const first = Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
        const found = await explainAsNobody({ protocol: 'udp', port: 997 })
        if (first > 997) {
          expect(found).toMatchObject({
            verdict: 'refused',
            causes: [{ kind: 'privileged-port', certainty: 'shown' }],
            probes: [{ result: 'EACCES' }, {}],
          })
          expect(found.nextFree).toBeGreaterThanOrEqual(first)
        } else {
          expect(found.causes.map(({ kind }) => kind)).not.toContain('privileged-port')
        }
      })
    }
  })
}

/** Explains a port in a process of the user nobody. It imports the package as root, because nobody may not read the files. */
async function explainAsNobody(options: { protocol: 'tcp' | 'udp'; port: number }): Promise<PortExplanation> {
  const program = `
    const { explainPort } = await import('@winport/doctor')
    process.setgroups([])
    process.setgid(${NOBODY})
    process.setuid(${NOBODY})
    console.log(JSON.stringify(await explainPort(${JSON.stringify(options)})))`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [output] = await Promise.all([once(child.stdout, 'data'), once(child, 'close')])
  return JSON.parse(String(output[0]))
}

describe('winport why --transport', () => {
  it('explains a port of the simulated machine', async () => {
    const { code, found } = await whyJson('tcp', 50_000, '--transport', 'mock')
    expect([0, 3]).toContain(code) // other programs of this machine count on the simulated one
    expect(found).toMatchObject({ platform: 'win32', dynamicRange: { startPort: 49_152, endPort: 65_535 } })
    expect(found.probes.map(({ how }) => how)).toContain('reserve')
  })

  it('exits with 1 if the backend cannot be opened here', async () => {
    const name = process.platform === 'win32' ? 'linux' : 'napi'
    const { code, stdout, stderr } = await callWinport('why', 'tcp', '80', '--transport', name)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^winport: The \w+ backend needs /)
  })
})

describe('winport why on Windows', () => {
  it('explains the port although no backend can be opened, and says why the port was not reserved', async () => {
    const socket = createSocket('udp4').bind(0)
    await once(socket, 'listening')
    const environment = { platform: 'win32', importBackend: () => Promise.reject(new Error('broken')) } as const
    let code: number | undefined
    const { stdout } = await captureOutput(async () => {
      code = await why('udp', String(socket.address().port), { json: true }, environment)
    })
    socket.close()
    const found: PortExplanation = JSON.parse(stdout)
    expect(found.verdict).toBe('refused')
    expect(found.unknown['reserve']).toMatch(/^No backend could be opened\. .*broken/)
    expect([3, 4]).toContain(code)
  })
})
