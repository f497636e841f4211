import { describe, expect, it } from 'vitest'
import { runProgram } from '../src/windows/windows-program.js'
import { WindowsSources } from '../src/windows/windows-sources.js'

const ENVIRONMENT = { SystemRoot: 'C:\\Windows' }
const EXCLUSIONS = (rows: string) => `\r\nStart Port    End Port\r\n----------    --------\r\n${rows}\r\n`
const DYNAMIC =
  '\r\nProtokoll tcp Dynamischer Portbereich\r\n---------\r\nStartport : 1024\r\nAnzahl von Ports : 13977\r\n'

/** A netsh whose output depends on its arguments. */
function windowsWith(netsh: (line: string) => string | Promise<string>, environment: NodeJS.ProcessEnv = ENVIRONMENT) {
  const lines: string[] = []
  const sources = new WindowsSources(async (program, args) => {
    lines.push([program, ...args].join(' '))
    return await netsh(args.join(' '))
  }, environment)
  return { sources, lines }
}

describe('WindowsSources', () => {
  it('reads the exclusions of both families, each range once', async () => {
    const { sources, lines } = windowsWith((line) =>
      EXCLUSIONS(line.includes('ipv4') ? '80 80\r\n8063 8162' : '80 80\r\n8063 8162 *\r\n9000 9001'),
    )
    expect(await sources.readExclusions('udp')).toEqual({
      value: [
        { startPort: 80, endPort: 80, administered: false },
        { startPort: 8063, endPort: 8162, administered: false },
        { startPort: 8063, endPort: 8162, administered: true },
        { startPort: 9000, endPort: 9001, administered: false },
      ],
    })
    expect(lines).toEqual([
      'C:\\Windows\\System32\\netsh.exe int ipv4 show excludedportrange protocol=udp',
      'C:\\Windows\\System32\\netsh.exe int ipv6 show excludedportrange protocol=udp',
    ])
  })

  it.each(['ipv4', 'ipv6'])(
    'reads the exclusions of the other family when those of %s cannot be read',
    async (broken) => {
      const { sources } = windowsWith((line) => (line.includes(broken) ? '' : EXCLUSIONS('80 80')))
      expect(await sources.readExclusions('tcp')).toEqual({
        value: [{ startPort: 80, endPort: 80, administered: false }],
      })
    },
  )

  it('reads the persistent ranges from the registry when netsh cannot be read, and says what is missing', async () => {
    const { sources, lines } = windowsWith((line) =>
      line.startsWith('query') ? '    1f950200    REG_BINARY    00\r\n' : '',
    )
    expect(await sources.readExclusions('udp')).toEqual({
      value: [{ startPort: 8085, endPort: 8086, administered: true }],
      unknown: "netsh.exe printed ''; the registry has only the persistent ranges",
    })
    expect(lines.at(-1)).toBe(
      'C:\\Windows\\System32\\reg.exe query HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nsi\\{eb004a02-9b1a-11d4-9123-0050047759bc}\\5',
    )
  })

  it('reads the dynamic range of the protocol', async () => {
    const { sources, lines } = windowsWith(() => DYNAMIC)
    expect(await sources.readDynamicRange('tcp')).toEqual({ value: { startPort: 1024, endPort: 15_000 } })
    expect(lines).toEqual(['C:\\Windows\\System32\\netsh.exe int ipv4 show dynamicport tcp'])
  })

  it.each<[string, Parameters<typeof windowsWith>, RegExp]>([
    ['netsh prints nothing, as Wine does', [() => ''], /^netsh\.exe printed ''$/],
    [
      'netsh prints an error',
      [() => 'The\r\ncommand \x1b[2J failed'],
      /^netsh\.exe printed 'The command \\u001b\[2J failed'$/,
    ],
    ['netsh prints a range that cannot exist', [() => EXCLUSIONS('65000 70000')], /^netsh\.exe printed '/],
    ['netsh cannot be started', [() => Promise.reject(new Error('spawn ENOENT'))], /^netsh\.exe: spawn ENOENT$/],
    ['SystemRoot is missing', [() => '', {}], /^netsh\.exe: %SystemRoot% is missing/],
  ])('gives the reason when %s', async (_what, machine, reason) => {
    const { sources } = windowsWith(...machine)
    const unknown = { value: null, unknown: expect.stringMatching(reason) }
    expect(await sources.readExclusions('tcp')).toEqual(unknown)
    expect(await sources.readDynamicRange('tcp')).toEqual(unknown)
  })

  /** Two programs that share port 80 at two addresses, one of which tasklist does not name, and a client at port 5000. */
  const withSockets = () =>
    windowsWith((line) => {
      if (!line.startsWith('-a -n -o')) return '"node.exe","14233","Console"\r\n"other.exe","1","Console"\r\n'
      const servers = ['0.0.0.0', '[::]'].map(
        (at) => `  TCP  ${at}:80  ${at}:0  ABC  14233\n  TCP  ${at}:80  ${at}:0  ABC  9\n`,
      )
      return `${servers.join('')}  TCP  127.0.0.1:5000  127.0.0.1:80  ABC  14233\n`
    })
  const ASKED = ['C:\\Windows\\System32\\netstat.exe -a -n -o', 'C:\\Windows\\System32\\tasklist.exe /fo csv /nh']

  it('joins the sockets of netstat with the names of tasklist, and asks each once', async () => {
    const { sources, lines } = withSockets()
    const { value, unknownParts } = await sources.readSockets('tcp', 80)
    expect(value?.get(80)?.map(({ address, pid, image }) => [address, pid, image])).toEqual([
      ['0.0.0.0', 14_233, 'node.exe'],
      ['0.0.0.0', 9, null],
      ['::', 14_233, 'node.exe'],
      ['::', 9, null],
    ])
    const reason = 'netstat.exe and tasklist.exe do not print them'
    expect(unknownParts).toEqual({ users: reason, services: reason })
    expect(lines).toEqual(ASKED)
  })

  it('reads the sockets of every port, and asks each program once', async () => {
    const { sources, lines } = withSockets()
    const { value } = await sources.readSockets('tcp', undefined)
    expect([...(value ?? [])].map(([port, holders]) => [port, holders.length])).toEqual([
      [80, 4],
      [5000, 1],
    ])
    expect(value?.get(5000)).toMatchObject([{ image: 'node.exe', remote: '127.0.0.1:80' }])
    expect(lines).toEqual(ASKED)
  })

  it('does not ask for names if no socket has the port', async () => {
    const { sources, lines } = withSockets()
    expect(await sources.readSockets('tcp', 81)).toEqual({ value: new Map() })
    expect(lines).toEqual(ASKED.slice(0, 1))
  })

  it('gives the reason when netstat prints no sockets', async () => {
    const { sources } = windowsWith(() => '')
    const unknown = { value: null, unknown: "netstat.exe printed ''" }
    expect(await sources.readSockets('tcp', 80)).toEqual(unknown)
    expect(await sources.readSockets('tcp', undefined)).toEqual(unknown)
  })

  it('knows itself, and that no port needs a privilege', async () => {
    const sources = new WindowsSources()
    expect(await sources.readFirstUnprivilegedPort()).toEqual({ value: 0 })
    expect(await sources.readSelf()).toEqual({ pid: process.pid, user: null })
  })

  it('rejects when the signal aborts', async () => {
    const reason = new Error('enough')
    const { sources } = windowsWith(() => Promise.reject(new Error('killed')))
    await expect(sources.readExclusions('tcp', AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})

describe('runProgram', () => {
  it('resolves to the output as latin1, whatever its code page', async () => {
    const program = 'process.stdout.write(Buffer.from([0x50, 0x81, 0xff]))'
    expect(await runProgram(process.execPath, ['--eval', program])).toBe('P\u0081\u00ff')
  })

  it('rejects when the program fails or cannot be started', async () => {
    await expect(runProgram(process.execPath, ['--eval', 'process.exit(1)'])).rejects.toThrow(/failed/)
    await expect(runProgram('/no/such/program', [])).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('ends the program when the signal aborts', async () => {
    const controller = new AbortController()
    const running = runProgram(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], controller.signal)
    controller.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  })
})
