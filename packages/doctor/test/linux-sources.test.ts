import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Holder } from '../src/index.js'
import { LinuxSources } from '../src/linux/linux-sources.js'

const TABLE = (rows: readonly string[]) => ['  sl  local_address', ...rows, ''].join('\n')
const ROW = (local: string, uid: number, inode: number) =>
  `   0: ${local} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 ${uid}        0 ${inode} 1`

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'winport-doctor-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function process(pid: number, { socket, stat }: { socket?: number; stat?: string } = {}): void {
  write(`proc/${pid}/comm`, 'server\n')
  write(`proc/${pid}/cgroup`, '0::/system.slice/my-server.service\n')
  write(`proc/${pid}/stat`, stat ?? `${pid} (a) b) S ${'1 '.repeat(18)}12345 0 0`)
  mkdirSync(join(root, `proc/${pid}/fd`))
  if (socket !== undefined) symlinkSync(`socket:[${socket}]`, join(root, `proc/${pid}/fd/7`))
  symlinkSync('/dev/null', join(root, `proc/${pid}/fd/0`))
}

async function socketsAt(protocol: 'tcp' | 'udp', port: number): Promise<readonly Holder[]> {
  const { value } = await new LinuxSources(root).readSockets(protocol, port)
  return value?.get(port) ?? []
}

describe('LinuxSources', () => {
  it('joins the tables with the descriptors of the processes', async () => {
    write('proc/net/tcp', TABLE([ROW('0100007F:0BB8', 1000, 5)]))
    write('proc/net/tcp6', TABLE([ROW(`${'0'.repeat(32)}:0BB8`, 1001, 6)]))
    write('proc/stat', 'cpu 1 2\nbtime 1700000000\n')
    write('etc/passwd', 'root:x:0:0::/:/bin/sh\nme:x:1000:1000::/:/bin/sh\nbroken\n')
    process(41, { socket: 5 })
    symlinkSync('/usr/bin/server', join(root, 'proc/41/exe'))
    process(42, { socket: 6, stat: 'broken' })
    process(43, { socket: 99 })
    const value = await socketsAt('tcp', 3000)
    expect(value).toEqual([
      {
        pid: 41,
        image: '/usr/bin/server',
        user: 'me',
        services: ['my-server.service'],
        address: '127.0.0.1',
        state: 'LISTEN',
        since: null,
        started: new Date((1_700_000_000 + 123.45) * 1000).toISOString(),
        remote: null,
      },
      {
        pid: 42,
        image: 'server',
        user: '1001',
        services: ['my-server.service'],
        address: '::',
        state: 'LISTEN',
        since: null,
        started: null,
        remote: null,
      },
    ])
  })

  it('lists every process that shares a socket, lowest first', async () => {
    write('proc/net/udp', TABLE([ROW('00000000:0035', 0, 5)]))
    for (const pid of [100, 9, 20]) process(pid, { socket: 5 })
    const value = await socketsAt('udp', 53)
    expect(value.map(({ pid }) => pid)).toEqual([9, 20, 100])
  })

  it('lists a socket once that the kernel prints twice, as it may while others open and close', async () => {
    const row = ROW('00000000:0035', 0, 5)
    write('proc/net/tcp', TABLE([row, ROW('00000000:0036', 0, 6), row]))
    process(9, { socket: 5 })
    expect((await socketsAt('tcp', 53)).map(({ pid }) => pid)).toEqual([9])
  })

  it('names the user of a socket whose process is hidden, and not of a socket without a process', async () => {
    write('proc/net/tcp', TABLE([ROW('00000000:0050', 33, 5), ROW('00000000:0050', 0, 0)]))
    const value = await socketsAt('tcp', 80)
    expect(value).toMatchObject([
      { pid: null, image: null, services: null, started: null, user: '33' },
      { pid: null, user: null },
    ])
  })

  it('reads a process of which nothing but its descriptors is known', async () => {
    write('proc/net/tcp', TABLE([ROW('00000000:0050', 33, 5)]))
    mkdirSync(join(root, 'proc/7/fd'), { recursive: true })
    symlinkSync('socket:[5]', join(root, 'proc/7/fd/3'))
    const value = await socketsAt('tcp', 80)
    expect(value).toMatchObject([{ pid: 7, image: null, services: null, started: null, user: '33' }])
  })

  const bound = (port: number, inode: number) => ({ address: '::', port, uid: 33, inode })

  it('adds the TCP sockets that are bound and that the tables leave out', async () => {
    write('proc/net/tcp', TABLE([]))
    write('proc/net/udp', TABLE([]))
    process(7, { socket: 5 })
    const sources = new LinuxSources(root, () => [bound(80, 5), bound(81, 6)])
    const { value } = await sources.readSockets('tcp', 80)
    expect([...(value ?? [])]).toEqual([
      [80, [expect.objectContaining({ pid: 7, address: '::', state: 'BOUND', remote: null, user: '33' })]],
    ])
    expect([...((await sources.readSockets('tcp', undefined)).value?.keys() ?? [])]).toEqual([80, 81])
    expect((await sources.readSockets('udp', 80)).value?.size).toBe(0)
  })

  it('does without the bound sockets when they cannot be listed, and says why', async () => {
    write('proc/net/tcp', TABLE([ROW('00000000:0050', 33, 5)]))
    const sources = new LinuxSources(root, () => {
      throw new Error('sock_diag failed')
    })
    const { value, unknownParts } = await sources.readSockets('tcp', 80)
    expect(value?.get(80)).toHaveLength(1)
    expect(unknownParts).toEqual({ boundSockets: 'sock_diag failed' })
  })

  it('reads the sockets of every port', async () => {
    write('proc/net/tcp', TABLE([ROW('00000000:0050', 33, 5), ROW('00000000:01BB', 33, 5), ROW('0100007F:0050', 0, 6)]))
    process(7, { socket: 5 })
    const { value } = await new LinuxSources(root).readSockets('tcp', undefined)
    expect([...(value ?? [])].map(([port, holders]) => [port, holders.map(({ pid }) => pid)])).toEqual([
      [80, [7, null]],
      [443, [7]],
    ])
  })

  it.each([
    ['', []],
    ['8080', [[8080, 8080]]],
    [
      '8080,9148-9150,65535',
      [
        [8080, 8080],
        [9148, 9150],
        [65_535, 65_535],
      ],
    ],
  ])('reads the ports %j that the system does not give out', async (text, spans) => {
    write('proc/sys/net/ipv4/ip_local_reserved_ports', `${text}\n`)
    const value = spans.map(([startPort, endPort]) => ({ startPort, endPort, administered: true }))
    expect(await new LinuxSources(root).readExclusions()).toEqual({ value })
  })

  it.each(['x', '5-', '9-5', '65530-65536', '80,,81'])('does not read %j as ports', async (text) => {
    write('proc/sys/net/ipv4/ip_local_reserved_ports', `${text}\n`)
    expect(await new LinuxSources(root).readExclusions()).toEqual({
      value: null,
      unknown: expect.stringMatching(`ip_local_reserved_ports contains '${text}'$`),
    })
  })

  it('gives the reason when a table cannot be read', async () => {
    const sources = new LinuxSources(root)
    expect(await sources.readSockets('tcp', 80)).toEqual({
      value: null,
      unknown: expect.stringMatching(/ENOENT.*net.tcp'/),
    })
    write('proc/net/tcp', TABLE([]))
    mkdirSync(join(root, 'proc/net/tcp6'))
    expect(await sources.readSockets('tcp', 80)).toEqual({ value: null, unknown: expect.stringMatching(/EISDIR/) })
  })

  it('rejects when the signal aborts', async () => {
    write('proc/net/tcp', TABLE([ROW('00000000:0050', 33, 5)]))
    process(7)
    const reason = new Error('enough')
    await expect(new LinuxSources(root).readSockets('tcp', 80, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it('reads the settings, or gives the reason', async () => {
    const sources = new LinuxSources(root)
    const missing = { value: null, unknown: expect.stringContaining('ENOENT') }
    expect(await sources.readDynamicRange()).toEqual(missing)
    expect(await sources.readExclusions()).toEqual(missing)
    write('proc/sys/net/ipv4/ip_local_port_range', '1024\t65000\n')
    write('proc/sys/net/ipv4/ip_unprivileged_port_start', '80\n')
    expect(await sources.readDynamicRange()).toEqual({ value: { startPort: 1024, endPort: 65_000 } })
    expect(await sources.readFirstUnprivilegedPort()).toEqual({ value: 80 })
    write('proc/sys/net/ipv4/ip_local_port_range', '1024\n')
    write('proc/sys/net/ipv4/ip_unprivileged_port_start', '\n')
    expect(await sources.readDynamicRange()).toEqual({
      value: null,
      unknown: expect.stringMatching(/ip_local_port_range contains '1024'$/),
    })
    expect(await sources.readFirstUnprivilegedPort()).toEqual({
      value: null,
      unknown: expect.stringMatching(/ip_unprivileged_port_start contains ''$/),
    })
  })
})
