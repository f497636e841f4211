import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { FIXED_PORTS, leaseFixedPorts } from '@winport/windows'
import { describe, expect, it } from 'vitest'
import { callWinport, finish, runWinport, startWinport } from './run-winport.js'

const onPosix = process.platform !== 'win32'

await leaseFixedPorts(FIXED_PORTS.commandLine)

describe('winport acquire', () => {
  it('prints the block and releases it', async () => {
    const { code, stdout, stderr } = await runWinport('acquire', 'tcp', '20', '--transport', 'mock')
    expect(code).toBe(0)
    const fields = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/ +/)),
    )
    expect(Object.keys(fields)).toEqual(['protocol', 'start', 'end', 'count', 'token'])
    expect(fields).toMatchObject({ protocol: 'tcp', count: '20' })
    expect(Number(fields['end'])).toBe(Number(fields['start']) + 19)
    expect(BigInt(fields['token'] ?? 0)).toBeGreaterThan(0n)
    expect(stderr).toContain('--hold')
  })

  it('accepts a start port', async () => {
    const { code, stdout } = await callWinport('acquire', 'udp', '4700', '3', '--transport', 'mock')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^protocol {2}udp\nstart {5}4700\nend {7}4702\ncount {5}3\ntoken {5}\d+\n$/)
  })

  it('accepts several start ports and reserves the first available one', async () => {
    const server = createServer().listen(4730, '127.0.0.1')
    await once(server, 'listening')
    const { code, stdout } = await callWinport('acquire', 'tcp', '4730,4735,0', '3', '--transport', 'mock')
    server.close()
    expect(code).toBe(0)
    expect(stdout).toMatch(/\nstart {5}4735\n/)
  })

  it('reserves the lowest free ports within a range', async () => {
    const { code, stdout } = await callWinport('acquire', 'udp', '3', '--within', '4740-4749', '--transport', 'mock')
    expect(code).toBe(0)
    expect(stdout).toMatch(/\nstart {5}4740\n/)
  })

  it('reserves ports that are not excluded, in random order, or elsewhere if the range is full', async () => {
    const options = ['--within', '4740-4749', '--transport', 'mock', '--json']
    const excluded = await callWinport('acquire', 'udp', '3', '--exclude', '4741,4743-4744', ...options)
    expect(JSON.parse(excluded.stdout).startPort).toBe(4745)
    const random = await callWinport('acquire', 'udp', '3', '--order', 'random', ...options)
    expect(JSON.parse(random.stdout).startPort).toBeGreaterThanOrEqual(4740)
    expect(JSON.parse(random.stdout).endPort).toBeLessThanOrEqual(4749)
    const full = ['acquire', '--matched', '3', '--exclude', '4742-4747']
    const elsewhere = await callWinport(...full, '--fallback', 'anywhere', ...options)
    expect(JSON.parse(elsewhere.stdout).startPort).toBeGreaterThan(4749)
    const { code, stderr } = await callWinport(...full, ...options)
    expect(stderr).toMatch(/^winport: No 3 consecutive TCP and UDP ports from 4740 to 4749 can be reserved: /)
    expect(code).toBe(1)
  })

  it('reserves the same range for both protocols', async () => {
    const plain = await callWinport('acquire', '--matched', '4750', '3', '--transport', 'mock')
    expect(plain.stdout).toMatch(
      /^protocol {2}both\nstart {5}4750\nend {7}4752\ncount {5}3\ntokens {4}\d+ \(tcp\), \d+ \(udp\)\n$/,
    )
    expect(plain.code).toBe(0)
    const { code, stdout, stderr } = await callWinport(
      'acquire',
      'udp',
      '4750',
      '3',
      '--matched',
      '--transport',
      'mock',
      '--json',
    )
    expect(stderr).toBe('')
    expect(stdout.trimEnd()).not.toContain('\n')
    const token = expect.stringMatching(/^\d{2,}$/)
    const range = { startPort: 4750, endPort: 4752, count: 3 }
    expect(JSON.parse(stdout)).toEqual({
      protocol: 'both',
      ...range,
      tokens: { tcp: token, udp: token },
      transport: 'mock',
    })
    expect(code).toBe(0)
  })

  it('fails when the timeout expires', async () => {
    const server = createServer().listen(4780, '127.0.0.1') // is part of each of the thousand candidates
    await once(server, 'listening')
    const line = ['acquire', 'tcp', '2000', '--within', '3000-6000', '--timeout', '1', '--transport', 'mock']
    const { code, stdout, stderr } = await callWinport(...line)
    server.close()
    expect(stderr).toBe('winport: No block was acquired within 1 ms. Nothing is reserved.\n')
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })

  it('prints one line of JSON, with the token as a string and nothing on stderr', async () => {
    const { code, stdout, stderr } = await callWinport('acquire', 'udp', '4710', '3', '--transport', 'mock', '--json')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout.trimEnd()).not.toContain('\n')
    expect(JSON.parse(stdout)).toEqual({
      protocol: 'udp',
      startPort: 4710,
      endPort: 4712,
      count: 3,
      token: expect.stringMatching(/^\d{2,}$/),
      transport: 'mock',
    })
  })

  it.each(onPosix ? (['SIGINT', 'SIGTERM', 'SIGHUP'] as const) : [])(
    'holds the block until %s, then exits with 0',
    async (signal) => {
      const child = startWinport({}, 'acquire', 'tcp', '5', '--hold', '--transport', 'mock')
      const finished = finish(child)
      if (child.stderr !== null) await once(child.stderr, 'data') // 'Held until Ctrl-C.'
      expect(child.exitCode).toBeNull()
      child.kill(signal)
      const { code, stdout, stderr } = await finished
      expect(code).toBe(0)
      expect(stdout).toContain('count     5\n')
      expect(stderr).toBe('Held until Ctrl-C.\nReleased.\n')
    },
  )
})

describe('winport persistent', () => {
  it.each(['create', 'ensure'])('%s on the mock prints the reservation, and that nothing is kept', async (verb) => {
    const { code, stdout, stderr } = await callWinport('persistent', verb, 'tcp', '4760', '4', '--transport', 'mock')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^protocol {2}tcp\nstart {5}4760\nend {7}4763\ncount {5}4\ntoken {5}\d+\n$/)
    expect(stderr).toBe('Nothing is kept: the simulated machine ends with this command.\n')
    const again = await callWinport('persistent', verb, 'udp', '4760', '4', '--transport', 'mock', '--json')
    expect(again).toMatchObject({ code: 0, stderr })
    expect(again.stdout.trimEnd()).not.toContain('\n')
    expect(JSON.parse(again.stdout)).toEqual({
      protocol: 'udp',
      startPort: 4760,
      endPort: 4763,
      count: 4,
      token: expect.stringMatching(/^\d{2,}$/),
      transport: 'mock',
    })
  })

  it.each(['lookup', 'delete'])('%s fails for a range that does not exist', async (verb) => {
    const { code, stdout, stderr } = await callWinport('persistent', verb, 'udp', '4770', '1', '--transport', 'mock')
    expect(stderr).toMatch(/^winport: No persistent reservation was created with exactly UDP port 4770: [^\n]*\n$/)
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })
})

describe('an error is one line on stderr, with nothing on stdout and no stack trace', () => {
  it.each([
    ['acquire tcp 70000 1', 2, /"startPort".* 65535\. Received 70000/],
    ['acquire tcp 65530 20', 2, /"count".*<= 6 .*starts at 65530\. Received 20/],
    ['acquire sctp 1', 2, /'tcp' or 'udp'\. Received 'sctp'/],
    ['acquire 5000 20', 2, /'tcp' or 'udp'\. Received '5000'/],
    ['acquire --matched sctp 1', 2, /'tcp' or 'udp'\. Received 'sctp'/],
    ['acquire --matched 1 2 3', 2, /Received 3 numbers/],
    ['acquire --matched', 2, /missing required argument/],
    ['acquire tcp 0', 2, /"count".*>= 1 and <= 65535\. Received 0/],
    ['acquire tcp 1.5', 2, /"count".*integer.*Received 1\.5/],
    ['acquire tcp 100000', 2, /"count".*<= 65535\. Received 100000/],
    ['acquire tcp -5', 2, /"count".*Received -5/],
    ['acquire tcp many', 2, /count must be a number\. Received 'many'/],
    ['acquire tcp 0x10', 2, /count must be a number\. Received '0x10'/],
    ['acquire tcp 1 2 3', 2, /Received 3 numbers/],
    ['acquire tcp', 2, /Received 0 numbers/],
    ['acquire tcp 5000, 1', 2, /startPort must be a number\. Received ''/],
    ['acquire tcp 5000,70000 1', 2, /"startPort\[1\]".* 65535\. Received 70000/],
    ['acquire tcp 5 --within 5000', 2, /--within must be two ports, such as 5000-5999\. Received '5000'/],
    ['acquire tcp 5 --within 5999-5000', 2, /"within\[1\]".*>= 5999/],
    ['acquire tcp 5 --within 5000-5003', 2, /"count".*<= 4 to lie within 5000 to 5003\. Received 5/],
    ['acquire tcp 5000 5 --within 5000-5999', 2, /"within".*left out where startPort is given/],
    ['acquire tcp 5 --order random', 2, /"order".*left out where within is not given/],
    ['acquire tcp 5 --within 5000-5999 --order down', 2, /'down' is invalid.*ascending, random/],
    ['acquire tcp 5 --fallback anywhere', 2, /"fallback".*left out where within is not given/],
    ['acquire tcp 5 --within 5000-5999 --fallback 0', 2, /'0' is invalid.*anywhere/],
    ['acquire tcp 5 --exclude many', 2, /--exclude must be ports and ranges of ports, such as .*Received 'many'/],
    ['acquire tcp 5 --exclude 5001-5000', 2, /--exclude must be ports and ranges of ports.*Received '5001-5000'/],
    ['acquire tcp 5 --exclude 1-99999999', 2, /--exclude must be ports.*Received '1-99999999'/],
    ['acquire tcp 5 --exclude 5000,0', 2, /"exclude\[1\]".*>= 1 and <= 65535\. Received 0/],
    ['acquire tcp 5 --timeout soon', 2, /--timeout must be a number\. Received 'soon'/],
    ['acquire tcp 5 --timeout 0', 2, /"--timeout".*>= 1 and <= 2147483647\. Received 0/],
    ['persistent', 2, /missing required argument 'verb'/],
    ['persistent keep tcp 5000 5', 2, /'keep' is invalid.*create, lookup, delete, ensure/],
    ['persistent create both 5000 5', 2, /'tcp' or 'udp'\. Received 'both'/],
    ['persistent create tcp 0 5', 2, /"startPort".*>= 1 and <= 65535\. Received 0/],
    ['persistent create tcp 5000 0', 2, /"count".*>= 1 and <= 65535\. Received 0/],
    ['persistent delete tcp 65535 2', 2, /"count".*<= 1 .*starts at 65535\. Received 2/],
    ['persistent lookup tcp 5000,6000 2', 2, /startPort must be a number\. Received '5000,6000'/],
    ['info now', 2, /too many arguments/],
    ['probe everything', 2, /too many arguments/],
    ['acquire tcp 5 --bogus', 2, /unknown option '--bogus'/],
    [
      'acquire tcp 5 --transport carrier-pigeon',
      2,
      /'carrier-pigeon' is invalid\. Allowed choices are napi, koffi, linux, mock/,
    ],
    ['frobnicate', 2, /unknown command 'frobnicate'/],
    ['aquire tcp 5', 2, /Did you mean acquire\?/],
    ['demo now', 2, /too many arguments/],
  ])('`winport %s` is a usage error', async (line, exitCode, message) => {
    const { code, stdout, stderr } = await callWinport(...line.split(' '))
    expect(stderr).toMatch(/^winport: [^\n]+ Try 'winport (acquire |persistent |info |probe |demo )?--help'\.\n$/)
    expect(stderr).toMatch(message)
    expect(code).toBe(exitCode)
    expect(stdout).toBe('')
  })

  it.each([
    ['a command', ['a\rb\x1b[2J\x07\x9b'], 'a\\u000db\\u001b[2J\\u0007\\u009b'],
    ['a number', ['acquire', 'tcp', '3\x1b[2J'], "'3\\u001b[2J'"],
    ['a protocol', ['acquire', '\x1b[31mtcp', '3'], '\\u001b[31mtcp'],
    ['an option', ['info', '--\x1b]0;title\x07'], '--\\u001b]0;title\\u0007'],
    ['a choice', ['acquire', 'tcp', '3', '--transport', 'mo\x7fck'], "'mo\\u007fck'"],
  ])('escapes the control characters of %s', async (_what, args, escaped) => {
    const { code, stderr } = await callWinport(...args)
    expect(stderr).toContain(escaped)
    expect(stderr).toMatch(/^[^\p{Cc}]+\n$/u)
    expect(code).toBe(2)
  })

  it
    .runIf(onPosix)
    .each([
      'acquire tcp 5 --transport napi',
      'acquire tcp 5 --transport koffi',
      'probe --transport koffi',
      'demo --transport napi',
    ])('`winport %s` fails on other platforms than Windows', async (line) => {
    const { code, stdout, stderr } = await callWinport(...line.split(' '))
    expect(stderr).toMatch(
      /^winport: The \w+ backend needs Windows, and this platform is \w+\. Leave the transport out [^\n]*\n$/,
    )
    expect(code).toBe(1)
    expect(stdout).toBe('')
  })

  it.runIf(process.platform === 'linux')('`winport persistent` says that Linux has no such reservations', async () => {
    const { code, stderr } = await callWinport('persistent', 'create', 'tcp', '5000', '5')
    expect(stderr).toMatch(
      /^winport: This system does not offer [^\n]* Linux has no port reservations that survive their process\.\n$/,
    )
    expect(code).toBe(1)
  })

  it('`winport acquire` exits with 1 when no block is available', async () => {
    const { code, stderr } = await runWinport('acquire', 'tcp', '20000', '--transport', 'mock')
    expect(stderr).toMatch(
      /^winport: No 20000 consecutive TCP ports are free: ask for fewer\. WSAENOBUFS can .* out of memory\.\n$/,
    )
    expect(code).toBe(1)
  })
})

it('exits with 0 when the reader of its output closes the pipe', async () => {
  const child = startWinport({}, 'demo', '--transport', 'mock')
  if (child.stdout !== null) await once(child.stdout, 'data')
  child.stdout?.destroy()
  const { code, stderr } = await finish(child)
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

it.runIf(existsSync('/dev/full'))('prints one line when its output cannot be written', async () => {
  const full = openSync('/dev/full', 'w')
  const child = startWinport({ stdout: full }, 'acquire', 'tcp', '1', '--transport', 'mock')
  const { code, stderr } = await finish(child)
  closeSync(full)
  expect(stderr).toMatch(/^winport: the output cannot be written: [^\n]*ENOSPC[^\n]*\n$/m)
  expect(code).toBe(1)
})

describe('help and version', () => {
  it.each(['--version', '-V'])('%s prints the version of the package', async (option) => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await runWinport(option)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('--help lists the commands with their arguments, and the exit codes', async () => {
    const { code, stdout } = await runWinport('--help')
    expect(code).toBe(0)
    expect(stdout).toContain('acquire <tcp|udp> [startPort] <count> [options]')
    expect(stdout).toContain('persistent <create|lookup|delete|ensure> <tcp|udp> <startPort> <count> [options]')
    expect(stdout).toContain('Exit codes: 0 success, 1 failure, 2 usage error.')
    for (const name of ['info', 'probe', 'demo']) expect(stdout).toContain(`${name} [options]`)
  })

  it.each([
    [
      'acquire',
      [
        '--matched',
        '--within <from>-<to>',
        '--order <order>',
        '--fallback <place>',
        '--exclude <ports>',
        '--timeout <ms>',
      ],
    ],
    ['persistent', ['--json', '--transport <name>', 'ensure creates', 'elevated']],
    ['info', ['--json']],
    ['probe', ['--json', '--transport <name>', 'deletes them again']],
    ['demo', ['--transport <name>']],
  ])('%s --help describes the command and lists its options', async (command, parts) => {
    const { code, stdout } = await callWinport(command, '--help')
    expect(code).toBe(0)
    for (const part of parts) expect(stdout.replaceAll(/\s+/g, ' ')).toContain(part)
  })

  it('prints the help on stderr and exits with 2 when there are no arguments', async () => {
    const { code, stdout, stderr } = await runWinport()
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: winport')
  })
})
