import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { FIXED_PORTS, leaseFixedPorts } from '@winport/windows'
import { afterEach, describe, expect, it } from 'vitest'
import { openDemoMachine } from '../src/demo/demo-machine.js'
import { finish, runWinport, startWinport } from './run-winport.js'

const STEPS = ['reserve', 'serve', 'request', 'stranger', 'stranger', 'datagram', 'connect', 'release', 'again']

const DEMO = await leaseFixedPorts(FIXED_PORTS.demo)

const occupied: { close(): unknown }[] = []

afterEach(() => {
  for (const { close } of occupied.splice(0)) close()
})

describe('winport demo', () => {
  it('prints its backend, then every step, in plain lines when stdout is a pipe', async () => {
    const { code, stdout, stderr } = await runWinport('demo', '--transport', 'mock')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const [title, ...rest] = stdout.trimEnd().split('\n')
    expect(title).toMatch(/^winport demo on the mock backend .* simulated/)
    expect(rest.at(-1)).toBe('Every step succeeded.')
    expect(rest.slice(0, -1).map((line) => line.match(/^ok (\w+): /)?.[1])).toEqual(STEPS)
    expect(stdout).not.toContain('\u001b')
    expect(stdout).toContain('WSAEADDRINUSE')
    expect(stdout).toContain('WSAEACCES')
  })

  it.runIf(process.platform === 'linux')('runs on ports of this machine by default on Linux', async () => {
    const { code, stdout, stderr } = await runWinport('demo')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const [title, ...rest] = stdout.trimEnd().split('\n')
    expect(title).toBe('winport demo on the linux backend: ports of this machine, held with sockets')
    expect(rest.slice(0, -1).map((line) => line.match(/^ok (\w+): /)?.[1])).toEqual(STEPS)
  })

  it('runs on the mock by default where ports cannot be reserved', async () => {
    const { description, manager, stranger } = await openDemoMachine(undefined, { platform: 'darwin' })
    expect(description).toMatch(/^the mock backend \(the platform is darwin\)/)
    await stranger.process[Symbol.asyncDispose]()
    await manager.close()
  })

  it('passes when other programs use ports that the mock would choose', async () => {
    for (let port = DEMO.startPort; port < DEMO.startPort + 300; port += 11) {
      await occupyTcp(port)
      await occupyUdp(port + (port % 3))
    }
    const { code, stdout } = await runWinport('demo', '--transport', 'mock')
    expect(stdout).toContain('Every step succeeded.')
    expect(code).toBe(0)
  })
})

describe.each(['ipv4', 'ipv6'])('winport demo on a machine without %s', (family) => {
  it('completes every step', async () => {
    const preload = ['--no-deprecation', '--import', new URL(`programs/without-${family}.js`, import.meta.url).href]
    const { code, stdout, stderr } = await finish(startWinport({ preload }, 'demo', '--transport', 'mock'))
    expect(stderr, stdout).toBe('')
    expect(stdout).toMatch(/\nEvery step succeeded\.\n$/)
    expect(code).toBe(0)
  })
})

async function occupyTcp(port: number): Promise<void> {
  const server: Server = createServer().listen(port, '127.0.0.1')
  await settled(server)
}

async function occupyUdp(port: number): Promise<void> {
  const socket = createSocket('udp4').bind(port, '127.0.0.1')
  await settled(socket)
}

/** Another program may use the port already. Then it is occupied too. */
async function settled(socket: { close(): unknown } & NodeJS.EventEmitter): Promise<void> {
  try {
    await once(socket, 'listening')
    occupied.push({ close: () => socket.close() })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
  }
}
