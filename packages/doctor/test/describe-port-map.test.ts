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

  it('ends with what could not be found out', () => {
    const lines = describePortMap(
      mapPorts({ ...FACTS, sockets: { value: null, unknown: 'netstat.exe printed nothing' } }),
    )
    expect(lines.at(-1)).toBe('sockets      unknown       netstat.exe printed nothing')
  })
})
