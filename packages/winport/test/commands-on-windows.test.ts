import { once } from 'node:events'
import { createServer } from 'node:net'
import { deployForWindows, runOnWindows, windowsOrExplain, windowsPath } from '@winport/windows'
import { simulatorDllPath } from '@winport/winsock-simulator'
import { describe, expect, it } from 'vitest'
import { type SimulatedCommand, simulatedCommand } from './command-on-simulator.js'

const TIME_LIMIT = 500_000
const POOL = `commands-on-windows-${process.pid}`
const NOTHING_LEFT = '{"sockets":0,"reservations":0,"persistent":0}\n'

const windows = await windowsOrExplain("winport's commands as Windows programs")

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const cwd = await deployForWindows('winport', {
    devDependencies: ['@winport/transport-koffi', '@winport/transport-napi'],
  })
  const { exitCode, stdout, stderr } = await runOnWindows({ cwd, args, env, timeoutMs: TIME_LIMIT })
  return { exitCode, stdout: stdout.replaceAll('\r\n', '\n'), stderr: stderr.replaceAll('\r\n', '\n') }
}

const arch = windows?.kind === 'wine' ? windows.arch : process.arch

async function runOnSimulator(command: Omit<SimulatedCommand, 'pool'>) {
  const { args, env } = simulatedCommand(
    { ...command, pool: POOL },
    windowsPath(simulatorDllPath(arch)),
    './test/programs/',
  )
  return await run(args, env)
}

if (windows?.kind === 'wine') {
  describe('as Windows programs under Wine', () => {
    it('winport info prints the build and the backend, and gives reasons for the facts that Wine does not provide', async () => {
      const { exitCode, stdout, stderr } = await run(['dist/cli/main.js', 'info', '--json'])
      expect(stderr).toBe('')
      expect(exitCode).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({
        platform: 'win32',
        windowsBuild: expect.any(Number),
        reservations: 'safe', // Wine reports a Windows build that has them
        elevated: null,
        backend: 'napi',
        backends: [
          { name: 'napi', problem: null },
          { name: 'koffi', problem: null },
          { name: 'mock', problem: null },
        ],
        unknown: {
          elevated: expect.stringContaining('whoami.exe'),
          'dynamicPorts.tcp': expect.stringContaining('netsh.exe'),
        },
      })
    })

    it('winport why binds the port, and says what the programs of Wine do not print', async () => {
      const server = createServer().listen(0, '0.0.0.0')
      await once(server, 'listening')
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const { exitCode, stdout, stderr } = await run(['dist/cli/main.js', 'why', 'tcp', String(port), '--json'])
      server.close()
      expect(stderr).toBe('')
      const { verdict, probes, causes, holders, unknown } = JSON.parse(stdout)
      expect(verdict).toBe('refused')
      expect(probes[0]).toEqual({ how: 'bind', address: '::', result: 'EADDRINUSE' })
      expect(probes).toContainEqual({ how: 'reserve', address: null, result: 'WSAEOPNOTSUPP' })
      expect(unknown).toMatchObject({
        exclusions: expect.stringContaining('netsh.exe'),
        dynamicRange: expect.stringContaining('netsh.exe'),
      })
      // Wine lists the sockets of Linux, without their processes.
      const listener = { address: '0.0.0.0', state: 'LISTEN', pid: null, image: null }
      expect(holders).toContainEqual(expect.objectContaining(listener))
      expect(causes).toMatchObject([{ kind: 'process', certainty: 'shown' }])
      expect(exitCode).toBe(3)
    })

    it('names the user of a process that has a port, and maps the real sockets of the machine', async () => {
      const server = createServer().listen(0, '0.0.0.0')
      await once(server, 'listening')
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const { exitCode, stdout, stderr } = await run(['test/programs/doctor-on-wine.js'])
      server.close()
      expect(stderr).toBe('')
      expect(exitCode).toBe(0)
      const [explanation, mapped] = stdout.split('\n', 2).map((line) => JSON.parse(line))
      expect(explanation.causes).toMatchObject([{ kind: 'process', certainty: 'shown' }])
      const [user, image] = [expect.stringMatching(/.\\./), expect.stringMatching(/node\.exe$/i)]
      const holder = { address: '127.0.0.1', state: 'BOUND', user, image, services: [] }
      expect(explanation.holders).toContainEqual(expect.objectContaining(holder))
      expect(explanation.causes[0].text).toContain('That is this process itself.')
      expect(mapped).toMatchObject({ schema: 1, platform: 'win32', protocol: 'tcp' })
      const own = mapped.ranges.find(({ startPort }: { startPort: number }) => startPort === port)
      expect(own).toMatchObject({ kind: 'in-use', endPort: port })
      expect(own.holders).toContainEqual(expect.objectContaining({ address: '0.0.0.0', state: 'LISTEN' }))
      expect(mapped.unknown).toMatchObject({ exclusions: expect.stringContaining('netsh.exe') })
    })

    it.each(['koffi', 'napi'])(
      "winport probe over %s reports that Wine's own Winsock has no port reservations",
      async (backend) => {
        const { exitCode, stdout, stderr } = await run(['dist/cli/main.js', 'probe', '--transport', backend])
        expect(stderr, stdout).toBe('')
        expect(exitCode).toBe(0)
        expect(stdout).toMatch(new RegExp(`^winport probe on the ${backend} backend: the libraries of Windows\n`))
        expect(stdout).toMatch(
          /^refused {3}WSAIoctl\(SIO_ACQUIRE_PORT_RESERVATION\): WSAEOPNOTSUPP\. This system has no port/m,
        )
        expect(stdout).toMatch(/^refused {3}CreatePersistentTcpPortReservation: ERROR_PROC_NOT_FOUND\. /m)
        expect(stdout).toMatch(
          /^ +18 {2}documented +passed +the three codes fail with WSAEOPNOTSUPP where port reservations/m,
        )
        expect(stdout).toMatch(
          /^ +3 {2}documented +not shown +another process can neither use nor release a reservation$/m,
        )
        expect(stdout).toMatch(
          /\nEvery test that could run on a system without port reservations passed\.\nPlease report this: .*\n$/,
        )
      },
    )

    it('winport probe runs on the simulator with a second process', async () => {
      const { exitCode, stdout, stderr } = await runOnSimulator({ backend: 'napi', command: 'probe' })
      expect(stderr, stdout).toBe(NOTHING_LEFT)
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/^elevated {2}yes$/m)
      expect(stdout).toMatch(/passed +any elevated process can use a persistent reservation$/m)
      expect(stdout).toMatch(/, 0 failed, /)
    })

    // Wine cannot send these signals, so the program emits the event that Node.js emits for them.
    it('winport acquire --hold releases its block at SIGINT, SIGHUP and SIGBREAK', async () => {
      const passed = [['20'], { matched: true, hold: true }]
      const env = { INTERRUPT: 'SIGINT SIGHUP SIGBREAK' }
      const { exitCode, stdout, stderr } = await runOnSimulator({ backend: 'koffi', command: 'acquire', passed, env })
      expect(stderr).toBe(`Held until Ctrl-C.\nReleased.\n${NOTHING_LEFT}`.repeat(3))
      expect(stdout.match(/^protocol {2}both$/gm)).toHaveLength(3)
      expect(exitCode).toBe(0)
    })
  })
}
