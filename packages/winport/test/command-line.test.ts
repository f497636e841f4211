import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { finish, runWinport, startWinport } from './run-winport.js'

const onPosix = process.platform !== 'win32'

describe('winport acquire', () => {
  it('prints where the block is, and releases it', async () => {
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

  it('takes a start port', async () => {
    const { code, stdout } = await runWinport('acquire', 'udp', '4700', '3', '--transport', 'mock')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^protocol {2}udp\nstart {5}4700\nend {7}4702\ncount {5}3\ntoken {5}\d+\n$/)
  })

  it('prints one line of JSON, with the token as a string and nothing on stderr', async () => {
    const { code, stdout, stderr } = await runWinport('acquire', 'udp', '4710', '3', '--transport', 'mock', '--json')
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
    'holds the block until %s, then ends cleanly',
    async (signal) => {
      const child = startWinport({}, 'acquire', 'tcp', '5', '--hold', '--transport', 'mock')
      const finished = finish(child)
      if (child.stderr !== null) await once(child.stderr, 'data') // 'Held until Ctrl-C.'
      expect(child.exitCode).toBeNull()
      child.kill(signal)
      const { code, stdout, stderr } = await finished
      expect(code).toBe(0)
      expect(stdout).toContain('count     5\n')
      expect(stderr).toBe('Held until Ctrl-C.\n')
    },
  )
})

describe('bad input: one line on stderr, nothing on stdout, no stack trace', () => {
  it.each([
    ['acquire tcp 70000 1', 2, /"startPort".* 65535\. Received 70000/],
    ['acquire tcp 65530 20', 2, /"count".*<= 6 .*starts at 65530\. Received 20/],
    ['acquire sctp 1', 2, /'tcp' or 'udp'\. Received 'sctp'/],
    ['acquire tcp 0', 2, /"count".*>= 1 and <= 65535\. Received 0/],
    ['acquire tcp 1.5', 2, /"count".*integer.*Received 1\.5/],
    ['acquire tcp 100000', 2, /"count".*<= 65535\. Received 100000/],
    ['acquire tcp -5', 2, /"count".*Received -5/],
    ['acquire tcp many', 2, /count must be a number, but it is 'many'/],
    ['acquire tcp 0x10', 2, /count must be a number, but it is '0x10'/],
    ['acquire tcp 1 2 3', 2, /not 3 numbers/],
    ['acquire tcp', 2, /missing required argument/],
    ['acquire tcp 5 --bogus', 2, /unknown option '--bogus'/],
    [
      'acquire tcp 5 --transport carrier-pigeon',
      2,
      /'carrier-pigeon' is invalid\. Allowed choices are napi, koffi, mock/,
    ],
    ['frobnicate', 2, /unknown command 'frobnicate'/],
    ['aquire tcp 5', 2, /Did you mean acquire\?/],
    ['demo now', 2, /too many arguments/],
  ])('%s', async (line, exitCode, message) => {
    const { code, stdout, stderr } = await runWinport(...line.split(' '))
    expect(stderr).toMatch(/^winport: [^\n]+ Try 'winport (acquire |demo )?--help'\.\n$/)
    expect(stderr).toMatch(message)
    expect(code).toBe(exitCode)
    expect(stdout).toBe('')
  })

  it
    .runIf(onPosix)
    .each([
      'acquire tcp 5',
      'acquire tcp 5 --transport napi',
      'acquire tcp 5 --transport koffi',
      'demo --transport napi',
    ])('%s, off Windows: why not, and that mock simulates', async (line) => {
    const { code, stdout, stderr } = await runWinport(...line.split(' '))
    expect(stderr).toMatch(/^winport: [^\n]*Windows[^\n]*this is \w+: [^\n]*'mock'[^\n]*\n$/)
    expect(code).toBe(1)
    expect(stdout).toBe('')
  })

  it('a range that is in use is a failure, not a usage error', async () => {
    const { code, stderr } = await runWinport('acquire', 'tcp', '20000', '--transport', 'mock')
    expect(stderr).toMatch(/^winport: No 20000 consecutive TCP ports are free; ask for fewer\.\n$/)
    expect(code).toBe(1)
  })
})

it('ends quietly when nobody reads its output any more', async () => {
  const child = startWinport({}, 'demo', '--transport', 'mock')
  if (child.stdout !== null) await once(child.stdout, 'data')
  child.stdout?.destroy()
  const { code, stderr } = await finish(child)
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

it.runIf(existsSync('/dev/full'))('says in one line that its output cannot be written', async () => {
  const full = openSync('/dev/full', 'w')
  const child = startWinport({ stdout: full }, 'acquire', 'tcp', '1', '--transport', 'mock')
  const { code, stderr } = await finish(child)
  closeSync(full)
  expect(stderr).toMatch(/^winport: the output cannot be written: [^\n]*ENOSPC[^\n]*\n$/m)
  expect(code).toBe(1)
})

describe('help and version', () => {
  it('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await runWinport('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('--help lists the commands with their arguments', async () => {
    const { code, stdout } = await runWinport('--help')
    expect(code).toBe(0)
    expect(stdout).toContain('acquire <tcp|udp> [startPort] <count> [options]')
    expect(stdout).toContain('demo [options]')
  })

  it('acquire --help lists its options', async () => {
    const { code, stdout } = await runWinport('acquire', '--help')
    expect(code).toBe(0)
    for (const option of ['--hold', '--json', '--transport <name>']) expect(stdout).toContain(option)
  })

  it('without arguments it prints the help on stderr, and fails', async () => {
    const { code, stdout, stderr } = await runWinport()
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: winport')
  })
})
