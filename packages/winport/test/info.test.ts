import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MachineEnvironment } from '../src/machine/machine-environment.js'
import { describeMachine, readMachineInfo } from '../src/machine/machine-info.js'
import { runWinport } from './run-winport.js'

const WHOAMI = 'C:\\Windows\\System32\\whoami.exe'
const NETSH = 'C:\\Windows\\System32\\netsh.exe'

const PLAIN = `"VORDEFINIERT\\Benutzer","Alias","S-1-5-32-545","Verbindliche Gruppe"
"Verbindliche Beschriftung\\Mittlere Verbindlichkeitsstufe","Bezeichnung","S-1-16-8192",""`
const ELEVATED = PLAIN.replace('S-1-16-8192', 'S-1-16-12288')
const PORTS = `\r\nProtokoll tcp Dynamischer Portbereich\r\n---------\r\nStartport         : 49152\r\nAnzahl von Ports  : 16384\r\n`

/** A Windows with napi installed, whose programs print the given output. */
function windowsWith({
  whoami = PLAIN,
  netsh = PORTS,
  ...changed
}: Partial<MachineEnvironment> & { whoami?: string; netsh?: string }): MachineEnvironment {
  return {
    platform: 'win32',
    release: '10.0.26100',
    environment: { SystemRoot: 'C:\\Windows' },
    importBackend: async (name) => {
      if (name === 'napi') {
        return { createNapiTransport: () => ({ name: 'napi', openSocket: () => {}, close: async () => {} }) }
      }
      throw Object.assign(new Error(`Cannot find package '@winport/transport-${name}'`), {
        code: 'ERR_MODULE_NOT_FOUND',
      })
    },
    run: async (program) => {
      if (program === WHOAMI) return whoami
      if (program === NETSH) return netsh
      throw new Error(`unexpected program: ${program}`)
    },
    ...changed,
  }
}

afterEach(() => vi.restoreAllMocks())

describe('on Windows', () => {
  it('prints the build, the elevation, the dynamic ports, and each backend with its problem', async () => {
    const info = await readMachineInfo(windowsWith({}))
    expect(info).toMatchObject({
      platform: 'win32',
      arch: process.arch,
      release: '10.0.26100',
      windowsBuild: 26_100,
      reservations: 'safe',
      elevated: false,
      dynamicPorts: { tcp: { startPort: 49_152, count: 16_384 }, udp: { startPort: 49_152, count: 16_384 } },
      backend: 'napi',
      backends: [
        { name: 'napi', problem: null },
        { name: 'koffi', problem: 'The koffi backend is not available: install @winport/transport-koffi.' },
        { name: 'mock', problem: null },
      ],
      versions: { node: process.version },
      unknown: {},
    })
    const lines = describeMachine(info)
    for (const line of [
      'build     26100 has port reservations (known to work from Windows 10 1809, build 17763, on)',
      'elevated  no; persistent reservations need it',
      'tcp       dynamic ports 49152-65535',
      'backend   napi',
    ]) {
      expect(lines).toContain(line)
    }
  })

  it.each([
    ['bun', 'Bun 1.2.3'],
    ['deno', 'Deno 1.2.3'],
  ])('names %s, which reports a version of Node.js as well', async (name, runtime) => {
    vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, [name]: '1.2.3' })
    const info = await readMachineInfo(windowsWith({}))
    expect(info.versions).toMatchObject({ runtime, node: process.version })
    expect(describeMachine(info)[0]).toMatch(new RegExp(`^winport {3}\\d+\\.\\d+\\.\\d+ on ${runtime}\\b`))
  })

  it('reads the dynamic ports of each protocol', async () => {
    const run: MachineEnvironment['run'] = async (_program, args) => (args.includes('udp') ? '1025 : 64510' : PORTS)
    const { dynamicPorts } = await readMachineInfo(windowsWith({ run }))
    expect(dynamicPorts).toEqual({ tcp: { startPort: 49_152, count: 16_384 }, udp: { startPort: 1025, count: 64_510 } })
  })

  it.each([
    ['6.0.5999', 'none'],
    ['6.0.6000', 'doubtful'],
    ['10.0.17762', 'doubtful'],
    ['10.0.17763', 'safe'],
  ])('rates release %s as %s', async (release, reservations) => {
    const info = await readMachineInfo(windowsWith({ release }))
    expect(info.reservations).toBe(reservations)
    expect(describeMachine(info).join('\n')).toMatch(/^build {5}\d+ has .*(6000|17763)/m)
  })

  it.each([
    ['high', ELEVATED, true],
    ['system', ELEVATED.replace('12288', '16384'), true],
    ['medium', PLAIN, false],
    ['low', PLAIN.replace('8192', '4096'), false],
    ['medium with a group whose SID has the same prefix', `${PLAIN}\n"","","S-1-16-122880"`, false],
  ])('reads the elevation from the integrity level: %s', async (_level, whoami, elevated) => {
    expect((await readMachineInfo(windowsWith({ whoami }))).elevated).toBe(elevated)
  })

  it.each<[string, Parameters<typeof windowsWith>[0], string, RegExp]>([
    ['whoami prints no level', { whoami: 'pc\\user' }, 'elevated', /^whoami\.exe printed 'pc\\user'$/],
    ['netsh prints nothing', { netsh: '' }, 'dynamicPorts.udp', /^netsh\.exe printed ''$/],
    ['netsh prints no range', { netsh: '65535 : 2' }, 'dynamicPorts.tcp', /^netsh\.exe printed '65535 : 2'$/],
    [
      'whoami is missing',
      { run: () => Promise.reject(new Error('spawn ENOENT')) },
      'elevated',
      /whoami\.exe: spawn ENOENT/,
    ],
    ['SystemRoot is missing', { environment: {} }, 'elevated', /%SystemRoot%/],
    [
      'the release has no build',
      { release: 'Longhorn' },
      'windowsBuild',
      /^the release 'Longhorn' contains no build number$/,
    ],
  ])('returns null and the reason when %s', async (_what, changed, name, reason) => {
    const info = await readMachineInfo(windowsWith(changed))
    const value = name.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], info)
    expect(value).toBeNull()
    expect(info.unknown[name]).toMatch(reason)
    expect(describeMachine(info).join('\n')).toContain(`unknown: ${info.unknown[name]}`)
  })

  it('prints every fact on a system where none can be read', async () => {
    const run = () => Promise.reject(`refused\n\x1b[2J`)
    const importBackend = () => Promise.reject(null)
    const info = await readMachineInfo(windowsWith({ run, importBackend, release: '' }))
    expect(info).toMatchObject({ windowsBuild: null, reservations: null, elevated: null, backend: null })
    const lines = describeMachine(info)
    for (const line of [
      `system    win32 ${process.arch}, release `,
      "build     unknown: the release '' contains no build number",
      'elevated  unknown: whoami.exe: refused \\u001b[2J',
      'tcp       unknown: netsh.exe: refused \\u001b[2J',
      'udp       unknown: netsh.exe: refused \\u001b[2J',
      'backend   none',
      expect.stringMatching(/^ {2}napi {4}.*: The napi backend is not available: null\.$/),
    ]) {
      expect(lines).toContainEqual(line)
    }
  })

  it('prints both problems when no native backend can be opened', async () => {
    const importBackend = () => Promise.reject(new Error('broken'))
    const { backend, backends } = await readMachineInfo(windowsWith({ importBackend }))
    expect(backend).toBeNull()
    expect(backends.map(({ problem }) => problem)).toEqual([
      'The napi backend is not available: broken.',
      'The koffi backend is not available: broken.',
      null,
    ])
  })
})

if (process.platform === 'linux') {
  describe('winport info on Linux', () => {
    it('prints the facts that matter here and exits with 0', async () => {
      const { code, stdout, stderr } = await runWinport('info')
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`^winport {3}\\d+\\.\\d+\\.\\d+ on Node\\.js ${process.version}, koffi \\d`))
      expect(stdout).toMatch(/^tcp {7}dynamic ports \d+-\d+$/m)
      expect(stdout).toMatch(/^backend {3}linux\n {2}linux {3}\d\S*: available\n {2}mock .*\n$/m)
      expect(stdout).not.toContain('unknown')
    })

    it('prints one line of JSON', async () => {
      const { code, stdout, stderr } = await runWinport('info', '--json')
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(stdout.trimEnd()).not.toContain('\n')
      const { version } = await import('../package.json', { with: { type: 'json' } }).then((module) => module.default)
      expect(JSON.parse(stdout)).toMatchObject({
        platform: 'linux',
        windowsBuild: null,
        elevated: null,
        dynamicPorts: { tcp: { startPort: expect.any(Number), count: expect.any(Number) } },
        backend: 'linux',
        versions: { winport: version, node: process.version, koffi: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
        unknown: { elevated: 'the platform is linux' },
      })
    })
  })
}

describe('on another system', () => {
  it('prints what is unknown, and that there is no backend but the mock', async () => {
    const info = await readMachineInfo(windowsWith({ platform: 'darwin', release: '25.0.0' }))
    expect(info).toMatchObject({ backend: null, backends: [{ name: 'mock', problem: null }] })
    const lines = describeMachine(info)
    expect(lines).toContain('elevated  unknown: the platform is darwin')
    expect(lines).toContain('backend   none')
  })
})
