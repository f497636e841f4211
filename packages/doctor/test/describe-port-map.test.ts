import { describe, expect, it } from 'vitest'
import { describePortMap, type Holder, mapPorts, type PortMapFacts } from '../src/index.js'
import { holder } from './facts.js'

const FACTS: PortMapFacts = {
  platform: 'win32',
  protocol: 'tcp',
  held: [{ startPort: 5000, endPort: 5019 }],
  exclusions: {
    value: [
      { startPort: 80, endPort: 80, administered: false },
      { startPort: 8063, endPort: 8162, administered: false },
      { startPort: 20_000, endPort: 24_095, administered: false },
      { startPort: 50_000, endPort: 50_059, administered: true },
    ],
  },
  dynamicRange: { value: { startPort: 49_152, endPort: 65_535 } },
  sockets: { value: new Map() },
}
const inUse = (...holders: readonly Holder[]) =>
  describePortMap(
    mapPorts({ ...FACTS, held: [], exclusions: { value: [] }, sockets: { value: new Map([[80, holders]]) } }),
  )[0]

describe('describePortMap', () => {
  it('describes each range in a line', () => {
    expect(describePortMap(mapPorts(FACTS))).toEqual([
      '80           http-sys      probably for a web service such as IIS',
      '5000-5019    own           20 ports, held by this process',
      '8063-8162    reserved      100 ports, probably for WinNAT (Hyper-V, WSL, Docker)',
      "20000-24095  reserved      4096 ports, probably for WSL's mirrored networking",
      '49152-65535  dynamic       16384 ports, given to programs that choose none',
      '50000-50059  administered  60 ports, excluded by an administrator or a persistent reservation',
    ])
  })

  it('says of Linux that its administered ports are given to programs that ask', () => {
    const exclusions = { value: [{ startPort: 8080, endPort: 8080, administered: true }] }
    expect(describePortMap(mapPorts({ ...FACTS, platform: 'linux', held: [], exclusions }))[0]).toBe(
      '8080         administered  1 port, given only to programs that ask for them',
    )
  })

  it('names the server of a port before its connections, and counts the others', () => {
    const connection = holder({ state: 'ESTABLISHED', address: '10.0.0.2', remote: '10.0.0.3:5000' })
    expect(inUse(holder())).toBe('80           in-use        node.exe (14233) listens on [::]:80')
    expect(inUse(connection, holder())).toMatch(/ node\.exe \(14233\) listens on \[::\]:80, and 1 more socket$/)
    expect(inUse(connection, connection, holder())).toMatch(/, and 2 more sockets$/)
    expect(inUse(connection)).toMatch(/ has a connection from 10\.0\.0\.2:80 to 10\.0\.0\.3:5000 \(ESTABLISHED\)$/)
    expect(inUse()).toMatch(/ a socket has it$/)
  })

  const linesOf = (...ports: readonly (readonly [number, ...Holder[]])[]) => {
    const value = new Map(ports.map(([port, ...holders]) => [port, holders]))
    const facts = { ...FACTS, held: [], exclusions: { value: [] }, sockets: { value } }
    return describePortMap(mapPorts(facts)).filter((line) => line.includes('in-use'))
  }
  const closed = holder({ pid: null, image: null, state: 'TIME_WAIT', address: '10.0.0.2', remote: '10.0.0.3:80' })
  const client = holder({ state: 'ESTABLISHED', address: '10.0.0.2', remote: '10.0.0.3:80', user: 'me' })

  it('gives all closed connections one line, and all connections of a program one', () => {
    const other = { ...client, pid: 9 }
    expect(linesOf([80, closed], [81, client], [82, closed, closed], [90, client, closed], [91, other])).toEqual([
      '80-82        in-use        closed connections keep 2 of these ports for some minutes (TIME_WAIT)',
      '81-90        in-use        node.exe (14233) has connections from 2 of these ports (user me)',
      '91           in-use        node.exe (9) has a connection from 10.0.0.2:91 to 10.0.0.3:80 (ESTABLISHED) (user me)',
    ])
    expect(linesOf([80, client, other], [81, client, other])).toHaveLength(2)
    expect(linesOf([80, closed])).toEqual([expect.stringContaining('A closed connection from 10.0.0.2:80')])
  })

  it('gives neighbours that a program has in the same way one line', () => {
    const server = holder({ services: ['Web'] })
    const ipv4 = holder({ address: '0.0.0.0' })
    expect(linesOf([80, server], [81, server], [82, server], [84, server], [85, ipv4], [86, client])).toEqual([
      '80-82        in-use        node.exe (14233, service Web) listens on [::]:80-82',
      '84           in-use        node.exe (14233, service Web) listens on [::]:84',
      '85           in-use        node.exe (14233) listens on 0.0.0.0:85',
      '86           in-use        node.exe (14233) has a connection from 10.0.0.2:86 to 10.0.0.3:80 (ESTABLISHED) (user me)',
    ])
    expect(linesOf([80, ipv4, server], [81, ipv4, server])).toEqual([
      '80-81        in-use        node.exe (14233) listens on 0.0.0.0:80-81, and 1 more on each',
    ])
    expect(linesOf([80, server, client], [81, server, client])).toHaveLength(2)
  })

  it('ends with what could not be found out', () => {
    const lines = describePortMap(
      mapPorts({ ...FACTS, sockets: { value: null, unknown: 'netstat.exe printed nothing' } }),
    )
    expect(lines.at(-1)).toBe('sockets      unknown       netstat.exe printed nothing')
  })
})
