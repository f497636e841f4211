import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CauseKind, type Certainty, describeExplanation, diagnose, type PortFacts } from '../src/index.js'
import { holder, linuxFacts, windowsFacts } from './facts.js'

const IN_USE = [
  { how: 'bind', address: '::', result: 'EADDRINUSE' },
  { how: 'bind', address: '0.0.0.0', result: 'EADDRINUSE' },
] as const
const FREE = [
  { how: 'bind', address: '::', result: 'ok' },
  { how: 'bind', address: '0.0.0.0', result: 'ok' },
] as const

type Row = readonly [
  what: string,
  facts: PortFacts,
  expected: readonly (readonly [CauseKind, Certainty])[],
  firstLine: RegExp,
]

/** What people asked in public threads, by cause. The numbers are replaced. */
const THREADS: readonly Row[] = [
  [
    'the kernel has reserved a block in a dynamic range that begins low (WSL 5306, docker/for-win 3171)',
    windowsFacts({
      exclusions: {
        value: [
          { startPort: 7963, endPort: 8062, administered: false },
          { startPort: 8063, endPort: 8162, administered: false },
        ],
      },
      dynamicRange: { value: { startPort: 1024, endPort: 15_000 } },
    }),
    [['kernel-reservation', 'shown']],
    /^tcp 8085 cannot be bound \(EACCES\): Windows' kernel has reserved 8063-8162, probably for WinNAT .*; netstat cannot show that\. The dynamic range is 1024-15000, so that such blocks fall on everyday ports\.$/,
  ],
  [
    'the kernel has reserved a block and the sockets cannot be read (aspnetcore 25562)',
    windowsFacts({
      sockets: { value: null, unknown: 'no backend' },
      exclusions: { value: [{ startPort: 8063, endPort: 8162, administered: false }] },
    }),
    [['kernel-reservation', 'shown']],
    /^tcp 8085 cannot be bound \(EACCES\): Windows' kernel has reserved 8063-8162/,
  ],
  [
    'http.sys listens (kubernetes 107114)',
    windowsFacts({
      port: 80,
      sockets: { value: [holder({ pid: 4, image: 'System' })] },
      exclusions: { value: [{ startPort: 80, endPort: 80, administered: false }] },
    }),
    [['http-sys', 'inferred']],
    /^tcp 80 is in use \(EACCES\): Windows' kernel \(process 4\) has the port, probably http\.sys/,
  ],
  [
    'http.sys excludes its port and the sockets cannot be read (opentelemetry-collector-contrib 10872)',
    windowsFacts({
      port: 47_001,
      sockets: { value: null, unknown: 'no backend' },
      exclusions: { value: [{ startPort: 47_001, endPort: 47_001, administered: false }] },
    }),
    [['http-sys', 'inferred']],
    /^tcp 47001 is in use \(EACCES\): Windows' kernel has reserved 47001 alone, probably http\.sys/,
  ],
  [
    "WSL's mirrored networking takes 4096 ports (WSL 40169)",
    windowsFacts({
      port: 40_100,
      exclusions: { value: [{ startPort: 38_000, endPort: 42_095, administered: false }] },
    }),
    [['kernel-reservation', 'shown']],
    /^tcp 40100 cannot be bound \(EACCES\): Windows' kernel has reserved 38000-42095, probably for WSL's mirrored networking;/,
  ],
  [
    "WSL's relay listens for a program inside WSL",
    windowsFacts({
      probes: IN_USE,
      sockets: { value: [holder({ image: 'C:\\Program Files\\WSL\\wslrelay.exe', address: '::1' })] },
    }),
    [['process', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): wslrelay\.exe \(14233\) listens on \[::1\]:8085 for a program inside WSL\.$/,
  ],
  [
    'an ordinary process listens',
    windowsFacts({ probes: IN_USE, sockets: { value: [holder({ since: '2026-11-28T12:00:00Z' })] } }),
    [['process', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): node\.exe \(14233\) listens on \[::\]:8085 since 2026-11-2[78] \d\d:00\.$/,
  ],
  [
    'a server listens on the other address family, so that localhost reaches another program',
    windowsFacts({
      host: '::1',
      probes: [
        { how: 'bind', address: '::1', result: 'ok' },
        { how: 'bind', address: '0.0.0.0', result: 'EADDRINUSE' },
        { how: 'bind', address: '::', result: 'ok' },
      ],
      sockets: { value: [holder({ address: '0.0.0.0' })] },
    }),
    [['other-family', 'shown']],
    /^tcp 8085 can be bound at ::1\.$/,
  ],
  [
    'an administered range lets programs bind and refuses a reservation (msquic 2891)',
    windowsFacts({
      probes: [...FREE, { how: 'reserve', address: null, result: 'WSAEADDRINUSE' }],
      exclusions: { value: [{ startPort: 8000, endPort: 8099, administered: true }] },
    }),
    [['administered-exclusion', 'shown']],
    /^tcp 8085 can be bound at ::\.$/,
  ],
  [
    'an administered range refuses a bind, as a persistent reservation does',
    windowsFacts({ exclusions: { value: [{ startPort: 8000, endPort: 8099, administered: true }] } }),
    [['administered-exclusion', 'shown']],
    /^tcp 8085 cannot be bound \(EACCES\): An administrator has excluded 8000-8099\. It is probably a persistent reservation/,
  ],
  [
    'netsh cannot be read, and the port is not in a persistent range',
    windowsFacts({
      exclusions: { value: [{ startPort: 80, endPort: 80, administered: true }], unknown: "netsh.exe printed ''" },
    }),
    [['kernel-reservation', 'inferred']],
    /^tcp 8085 cannot be bound \(EACCES\): No process has the port\. .* the reserved ranges could not be read\.$/,
  ],
  [
    'a socket is bound and does not listen (WSL 3951)',
    windowsFacts({ probes: IN_USE }),
    [['bound-only', 'inferred']],
    /^tcp 8085 is in use \(EADDRINUSE\): No process listens\./,
  ],
  [
    'the system lists a socket that is bound and does not listen',
    windowsFacts({ probes: IN_USE, sockets: { value: [holder({ state: 'BOUND' })] } }),
    [['bound-only', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): node\.exe \(14233\) is bound to \[::\]:8085\. It does not listen, so that netstat does not show it\.$/,
  ],
  [
    'EACCES without any socket and without any range: the threads were never explained',
    windowsFacts(),
    [['unexplained', 'shown']],
    /^tcp 8085 cannot be bound \(EACCES\): What refuses the port was not found\.$/,
  ],
]

const OTHERS: readonly Row[] = [
  [
    'EACCES without any socket while the ranges cannot be read',
    windowsFacts({ exclusions: { value: null, unknown: "netsh.exe printed ''" } }),
    [['kernel-reservation', 'inferred']],
    /^tcp 8085 cannot be bound \(EACCES\): No process has the port\./,
  ],
  [
    'neither the sockets nor the ranges can be read',
    windowsFacts({ sockets: { value: null, unknown: 'a' }, exclusions: { value: null, unknown: 'b' } }),
    [['unexplained', 'shown']],
    /^tcp 8085 cannot be bound \(EACCES\): What refuses the port was not found\.$/,
  ],
  [
    'this process has reserved the port',
    windowsFacts({ held: [{ startPort: 8080, endPort: 8089 }] }),
    [['own-reservation', 'shown']],
    /^tcp 8085 cannot be bound \(EACCES\): This process has reserved 8080-8089 itself\./,
  ],
  [
    'a service listens: the cause names it, and its user',
    windowsFacts({
      probes: IN_USE,
      sockets: {
        value: [
          holder({ image: 'C:\\Windows\\System32\\svchost.exe', services: ['iphlpsvc'], user: 'NT AUTHORITY\\SYSTEM' }),
        ],
      },
    }),
    [['process', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): svchost\.exe \(14233, service iphlpsvc\) listens on \[::\]:8085\. Its user is NT AUTHORITY\\SYSTEM\.$/,
  ],
  [
    'a process with several services listens, under the same user',
    windowsFacts({
      probes: IN_USE,
      sockets: { value: [holder({ services: ['A', 'B', 'C', 'D', 'E'], user: 'PC\\me' })] },
    }),
    [['process', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): node\.exe \(14233, services A, B, C and 2 more\) listens on \[::\]:8085\.$/,
  ],
  [
    'this process listens itself',
    linuxFacts({ sockets: { value: [holder({ pid: 700, image: '/usr/bin/node' })] } }),
    [['process', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): node \(700\) listens on \[::\]:8085\. That is this process itself\.$/,
  ],
  [
    'a process of another user whose program is hidden',
    linuxFacts({ sockets: { value: [holder({ pid: null, image: null, user: 'www' })] } }),
    [['other-user', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): A process of user www listens on \[::\]:8085\./,
  ],
  [
    'a process has bound the port and does not listen',
    linuxFacts({ sockets: { value: [holder({ image: '/usr/bin/node', state: 'BOUND' })] } }),
    [['bound-only', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): node \(14233\) is bound to \[::\]:8085\. It does not listen, so that netstat does not show it\.$/,
  ],
  [
    'this process holds the port in a block: its socket is no cause of its own',
    linuxFacts({
      held: [{ startPort: 8080, endPort: 8089 }],
      sockets: { value: [holder({ pid: 700, state: 'BOUND' })] },
    }),
    [['own-reservation', 'shown']],
    /^tcp 8085 cannot be bound \(EADDRINUSE\): This process has reserved 8080-8089 itself\./,
  ],
  [
    'a hidden process of another user has bound the port and does not listen',
    linuxFacts({ sockets: { value: [holder({ pid: null, image: null, user: 'www', state: 'BOUND' })] } }),
    [['other-user', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): A process of user www is bound to \[::\]:8085\. It does not listen, .* Its program is visible only/,
  ],
  [
    'an outgoing connection uses the port',
    linuxFacts({
      port: 40_000,
      sockets: {
        value: [
          holder({ image: '/usr/bin/curl', state: 'ESTABLISHED', address: '10.0.0.2', remote: '93.184.216.34:443' }),
        ],
      },
    }),
    [['outgoing-connection', 'shown']],
    /^tcp 40000 is in use \(EADDRINUSE\): No process listens\. curl \(14233\) has a connection from 10\.0\.0\.2:40000 to 93\.184\.216\.34:443 \(ESTABLISHED\)\.$/,
  ],
  [
    'a closed connection keeps the port',
    linuxFacts({
      sockets: {
        value: [holder({ pid: null, image: null, state: 'TIME_WAIT', address: '10.0.0.2', remote: '10.0.0.3:80' })],
      },
    }),
    [['outgoing-connection', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): No process listens\. A closed connection from 10\.0\.0\.2:8085 to 10\.0\.0\.3:80 keeps the port for some minutes \(TIME_WAIT\)\.$/,
  ],
  [
    'a server listens and has connections: only the server is the cause',
    linuxFacts({
      sockets: {
        value: [
          holder({ state: 'ESTABLISHED', address: '127.0.0.1', remote: '127.0.0.1:50000' }),
          holder({ image: '/usr/bin/node' }),
        ],
      },
    }),
    [['process', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): node \(14233\) listens/,
  ],
  [
    'a privileged port that is also in use: the privilege is missing first',
    linuxFacts({
      port: 80,
      probes: [{ how: 'bind', address: '::', result: 'EACCES' }],
      sockets: { value: [holder({ pid: null, image: null, user: 'root' })] },
    }),
    [
      ['privileged-port', 'shown'],
      ['other-user', 'shown'],
    ],
    /^tcp 80 cannot be bound \(EACCES\): Only privileged programs may bind ports below 1024\.$/,
  ],
  [
    'a privileged port of a Unix whose setting is not known',
    linuxFacts({
      platform: 'freebsd',
      port: 80,
      probes: [{ how: 'bind', address: '::', result: 'EACCES' }],
      sockets: { value: null, unknown: 'not read on freebsd' },
      firstUnprivilegedPort: { value: null, unknown: 'not read on freebsd' },
    }),
    [['privileged-port', 'inferred']],
    /^tcp 80 cannot be bound \(EACCES\): Only privileged programs/,
  ],
  [
    'an address that this machine does not have',
    linuxFacts({ host: '192.0.2.1', probes: [{ how: 'bind', address: '192.0.2.1', result: 'EADDRNOTAVAIL' }] }),
    [['address-unavailable', 'shown']],
    /^tcp 8085 cannot be bound \(EADDRNOTAVAIL\): This machine does not have the address 192\.0\.2\.1\.$/,
  ],
  [
    'a UDP port that no socket has: UDP sockets are always listed on Linux',
    linuxFacts({ protocol: 'udp' }),
    [['unexplained', 'shown']],
    /^udp 8085 cannot be bound \(EADDRINUSE\): What refuses/,
  ],
  [
    'a listener on another address is not the cause',
    linuxFacts({
      host: '127.0.0.1',
      probes: [{ how: 'bind', address: '127.0.0.1', result: 'EADDRINUSE' }],
      sockets: {
        value: [holder({ address: '127.0.0.2' }), holder({ pid: 99, image: 'nc', address: '::ffff:127.0.0.1' })],
      },
    }),
    [['process', 'shown']],
    /^tcp 8085 is in use \(EADDRINUSE\): nc \(99\) listens/,
  ],
  [
    'a port that Linux gives to no program that does not ask for it: that refuses nobody',
    linuxFacts({ exclusions: { value: [{ startPort: 8080, endPort: 8090, administered: true }] } }),
    [['bound-only', 'inferred']],
    /^tcp 8085 is in use \(EADDRINUSE\): No process listens\./,
  ],
  [
    'a refusal on Linux whose reserved ports are not known',
    linuxFacts({
      probes: [{ how: 'bind', address: '::', result: 'EACCES' }],
      exclusions: { value: null, unknown: 'no /proc/sys' },
    }),
    [['unexplained', 'shown']],
    /^tcp 8085 cannot be bound \(EACCES\): What refuses/,
  ],
  ['a free port', linuxFacts({ probes: FREE }), [], /^tcp 8085 can be bound at ::\.$/],
]

describe.each([
  ['asked in public', THREADS],
  ['also told apart', OTHERS],
])('diagnose: %s', (_group, rows) => {
  it.each(rows)('%s', (_what, facts, expected, firstLine) => {
    const explanation = diagnose(facts)
    expect(explanation.causes.map(({ kind, certainty }) => [kind, certainty])).toEqual(expected)
    const lines = describeExplanation(explanation)
    expect(lines[0]).toMatch(firstLine)
    for (const { text } of explanation.causes) expect(lines.join('\n')).toContain(text)
    expect(lines.length).toBeLessThanOrEqual(24)
  })
})

describe('diagnose', () => {
  it("says how root sees another user's program, also one that does not listen", () => {
    const commandOf = (changed: Parameters<typeof holder>[0], facts: Parameters<typeof linuxFacts>[0] = {}) => {
      const hidden = holder({ pid: null, image: null, user: 'www', ...changed })
      return diagnose(linuxFacts({ sockets: { value: [hidden] }, ...facts })).remedies[0]?.command
    }
    expect(commandOf({})).toBe("ss -ltnp 'sport = :8085'")
    expect(commandOf({ state: 'BOUND' })).toBe("ss -tnpB 'sport = :8085'")
    expect(commandOf({ state: 'BOUND' }, { protocol: 'udp' })).toBe("ss -lunp 'sport = :8085'")
  })

  it('misses the process of a socket, and not that of a closed connection, which has none', () => {
    const unknownOf = (changed: Parameters<typeof holder>[0]) =>
      diagnose(linuxFacts({ sockets: { value: [holder({ pid: null, ...changed })] } })).unknown
    expect(unknownOf({ user: 'www' })).toHaveProperty('processes')
    expect(unknownOf({ state: 'TIME_WAIT', remote: '10.0.0.3:80' })).toEqual({})
  })

  it('has few causes where 10,000 sockets have the port, and lists all of them', () => {
    const sockets = Array.from({ length: 10_000 }, (_, i) => holder({ pid: 20_000 + i }))
    const explanation = diagnose(linuxFacts({ sockets: { value: sockets } }))
    expect(explanation.causes.map(({ kind }) => kind)).toEqual(['process', 'process', 'process'])
    expect(explanation.causes.at(-1)?.text).toBe('9998 more sockets have the port.')
    expect(explanation.holders).toHaveLength(10_000)
    expect(describeExplanation(explanation).length).toBeLessThanOrEqual(24)
  })

  it('has few causes where many connections have the port', () => {
    const connection = holder({ state: 'ESTABLISHED', address: '10.0.0.2', remote: '10.0.0.3:80' })
    const { causes } = diagnose(linuxFacts({ sockets: { value: Array.from({ length: 4 }, () => connection) } }))
    expect(causes.map(({ kind, text }) => [kind, /more/.test(text)])).toEqual([
      ['outgoing-connection', false],
      ['outgoing-connection', false],
      ['outgoing-connection', true],
    ])
  })

  it('says how to stop a service, and the one program that has several sockets', () => {
    const commandsOf = (...holders: readonly Parameters<typeof holder>[0][]) =>
      diagnose(windowsFacts({ probes: IN_USE, sockets: { value: holders.map((changed) => holder(changed)) } })).remedies
    expect(commandsOf({ services: ['iphlpsvc'] })).toMatchObject([{ command: 'net stop iphlpsvc', elevated: true }])
    expect(commandsOf({ services: ['A', 'B'] })).toMatchObject([{ command: null, elevated: true }])
    expect(commandsOf({}, { address: '0.0.0.0' })).toMatchObject([{ command: 'taskkill /pid 14233', elevated: false }])
    expect(commandsOf({}, { pid: 9 })).toMatchObject([{ command: null, elevated: false }])
  })

  it('says unknown when the bind fails for a reason that is not the port', () => {
    const explanation = diagnose(linuxFacts({ probes: [{ how: 'bind', address: '::', result: 'EMFILE' }] }))
    expect(explanation).toMatchObject({
      verdict: 'unknown',
      causes: [],
      unknown: { bind: 'the bind failed with EMFILE' },
    })
    expect(describeExplanation(explanation)[0]).toBe('It could not be found out whether tcp 8085 can be bound.')
  })

  it('says unknown when nothing was bound, and gives the reason', () => {
    const explanation = diagnose(linuxFacts({ probes: [], notProbed: { bind: 'Node has no handles' } }))
    expect(explanation).toMatchObject({ verdict: 'unknown', unknown: { bind: 'Node has no handles' } })
    expect(describeExplanation(explanation).join('\n')).toContain('unknown: Node has no handles')
  })

  it('tells a port without sockets from one whose sockets are not known', () => {
    expect(describeExplanation(diagnose(linuxFacts()))).toContain('  sockets              none')
    const unread = diagnose(linuxFacts({ sockets: { value: null, unknown: 'no /proc' } }))
    expect(describeExplanation(unread)).toContain('  sockets              unknown: no /proc')
  })

  it('names each unknown fact with its reason', () => {
    const { unknown, holders, dynamicRange } = diagnose(
      windowsFacts({
        sockets: { value: null, unknown: 'a' },
        exclusions: { value: null, unknown: 'b' },
        dynamicRange: { value: null, unknown: 'c' },
        firstUnprivilegedPort: { value: null, unknown: 'd' },
        notProbed: { reserve: 'e' },
      }),
    )
    expect(unknown).toEqual({
      sockets: 'a',
      exclusions: 'b',
      dynamicRange: 'c',
      firstUnprivilegedPort: 'd',
      reserve: 'e',
    })
    expect(holders).toEqual([])
    expect(dynamicRange).toBeNull()
  })

  it('lists the ranges that contain the port in the order of their start, each with its certainty', () => {
    const { ranges } = diagnose(
      windowsFacts({
        port: 50_005,
        held: [{ startPort: 50_001, endPort: 50_009 }],
        sockets: { value: [holder()] },
        exclusions: {
          value: [
            { startPort: 50_005, endPort: 50_005, administered: false },
            { startPort: 50_000, endPort: 50_059, administered: true },
            { startPort: 50_002, endPort: 50_101, administered: false },
            { startPort: 8063, endPort: 8162, administered: false },
          ],
        },
      }),
    )
    expect(ranges).toEqual([
      { startPort: 49_152, endPort: 65_535, kind: 'dynamic', certainty: 'shown' },
      { startPort: 50_000, endPort: 50_059, kind: 'administered', certainty: 'shown' },
      { startPort: 50_001, endPort: 50_009, kind: 'own', certainty: 'shown' },
      { startPort: 50_002, endPort: 50_101, kind: 'reserved', certainty: 'shown' },
      { startPort: 50_005, endPort: 50_005, kind: 'http-sys', certainty: 'inferred' },
      { startPort: 50_005, endPort: 50_005, kind: 'in-use', certainty: 'shown' },
    ])
  })

  it('advises to move the dynamic range only if it is not the default', () => {
    const exclusions = { value: [{ startPort: 8063, endPort: 8162, administered: false }] }
    const low = diagnose(windowsFacts({ exclusions, dynamicRange: { value: { startPort: 1024, endPort: 15_000 } } }))
    expect(low.remedies.map(({ command }) => command)).toEqual([
      'net stop winnat',
      'netsh int ipv4 set dynamicport tcp start=49152 num=16384',
      'netsh int ipv4 add excludedportrange protocol=tcp startport=8085 numberofports=1',
    ])
    expect(low.remedies.every(({ elevated }) => elevated)).toBe(true)
    const high = diagnose(windowsFacts({ exclusions }))
    expect(high.remedies).toHaveLength(2)
  })

  it('shows on Linux the ports that are given only to programs that ask for them', () => {
    const reserved = { value: [{ startPort: 8080, endPort: 8090, administered: true }] }
    const free = diagnose(linuxFacts({ probes: FREE, exclusions: reserved }))
    expect(free).toMatchObject({ verdict: 'free', causes: [], ranges: [{ kind: 'administered' }] })
    expect(describeExplanation(free)).toContain(
      '  administered         8080-8090 (given only to programs that ask for it)',
    )
  })

  it.each([
    [{ value: [] }, 'sysctl net.ipv4.ip_local_reserved_ports=40000', /from the port:$/],
    [
      { value: [{ startPort: 8080, endPort: 8090, administered: true }] },
      'sysctl net.ipv4.ip_local_reserved_ports=8080-8090,40000',
      /from the port:$/,
    ],
    [
      { value: null, unknown: 'no /proc/sys' },
      'sysctl net.ipv4.ip_local_reserved_ports=40000',
      /from the port \(replaces the present list\):$/,
    ],
    [
      { value: [{ startPort: 40_000, endPort: 40_000, administered: true }] },
      null,
      /^Wait until the connection ends\.$/,
    ],
  ])('keeps the reserved ports of Linux when it advises to add one: %j', (exclusions, command, text) => {
    const connection = holder({ state: 'ESTABLISHED', address: '10.0.0.2', remote: '93.184.216.34:443' })
    const { remedies } = diagnose(linuxFacts({ port: 40_000, exclusions, sockets: { value: [connection] } }))
    expect(remedies).toEqual([{ command, text: expect.stringMatching(text), elevated: command !== null }])
  })

  it('gives no next port for a port that is free', () => {
    expect(diagnose(linuxFacts({ probes: FREE })).nextFree).toBeNull()
    expect(diagnose(linuxFacts()).nextFree).toBe(8086)
  })

  it('gives an explanation for every refusal, and never changes its form', () => {
    const kinds = fc.constantFrom('EADDRINUSE', 'EACCES', 'EPERM', 'EADDRNOTAVAIL', 'EAFNOSUPPORT')
    const span = fc.record({ startPort: fc.nat(65_535), endPort: fc.nat(65_535), administered: fc.boolean() })
    const sockets = fc.array(
      fc.record({
        pid: fc.constantFrom(null, 4, 700, 9),
        image: fc.constantFrom(null, '/usr/bin/node', 'C:\\x\\y.exe'),
        user: fc.constantFrom(null, 'me', 'www'),
        address: fc.constantFrom('::', '::1', '0.0.0.0', '127.0.0.1'),
        remote: fc.constantFrom(null, '10.0.0.1:80'),
      }),
    )
    fc.assert(
      fc.property(
        kinds,
        fc.nat(65_535),
        fc.constantFrom('::', '::1', '0.0.0.0', '127.0.0.1'),
        fc.constantFrom<NodeJS.Platform>('win32', 'linux', 'darwin'),
        fc.option(sockets),
        fc.option(fc.array(span)),
        (result, port, host, platform, found, exclusions) => {
          const facts = windowsFacts({
            platform,
            port,
            host,
            probes: [{ how: 'bind', address: host, result }],
            sockets: found === null ? { value: null, unknown: 'x' } : { value: found.map((part) => holder(part)) },
            exclusions: exclusions === null ? { value: null, unknown: 'x' } : { value: exclusions },
          })
          const explanation = diagnose(facts)
          expect(explanation.verdict).toBe('refused')
          expect(explanation.causes.length).toBeGreaterThan(0)
          expect(explanation.causes.slice(1).every(({ kind }) => kind !== 'unexplained')).toBe(true)
          const lines = describeExplanation(explanation)
          expect(lines[0]).toContain(explanation.causes[0]?.text)
          expect(lines.every((line) => !line.includes('\n'))).toBe(true)
        },
      ),
    )
  })
})
