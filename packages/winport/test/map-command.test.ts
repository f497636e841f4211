import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describePortMap, mapPorts, type PortMap } from '@winport/doctor'
import { afterAll, describe, expect, it } from 'vitest'
import { map, type Terminal } from '../src/cli/map-command.js'
import { htmlPage } from '../src/map/html-page.js'
import { svgPicture } from '../src/map/svg-picture.js'
import { captureOutput } from './captured-output.js'
import { callWinport, runWinport } from './run-winport.js'

const ESCAPE = '\u001b'
const folder = mkdtempSync(join(tmpdir(), 'winport-map-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A Windows with a range of each kind; the program at port 3000 has a name that would end a script element. */
const MAP: PortMap = mapPorts({
  platform: 'win32',
  protocol: 'tcp',
  held: [{ startPort: 21_000, endPort: 21_499 }],
  dynamicRange: { value: { startPort: 1_024, endPort: 15_000 } },
  exclusions: {
    value: [
      { startPort: 80, endPort: 80, administered: false },
      { startPort: 8_063, endPort: 8_162, administered: false },
      { startPort: 50_000, endPort: 50_059, administered: true },
    ],
  },
  sockets: {
    value: new Map([
      [
        3_000,
        [
          {
            pid: 7,
            image: 'C:\\</script><b>$&.exe',
            user: null,
            services: null,
            address: '::',
            state: 'LISTEN',
            since: null,
            started: null,
            remote: null,
          },
        ],
      ],
    ]),
  },
})

async function printed(options: Parameters<typeof map>[1], terminal?: Terminal, found = MAP): Promise<string> {
  return (await captureOutput(async () => await map('tcp', options, async () => found, terminal))).stdout
}

const terminal = (columns: number, hasColors: boolean): Terminal => ({
  isTTY: true,
  columns,
  hasColors: () => hasColors,
})
const pipe = { isTTY: false } as Terminal

describe('winport map', () => {
  it('draws the ports of this machine with plain characters in a pipe, and describes every range', async () => {
    const { code, stdout, stderr } = await runWinport('map')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain(ESCAPE)
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^TCP ports of this machine \(/)
    expect(lines.slice(2, 18).map((line) => line.length)).toEqual(Array.from({ length: 16 }, () => 70))
    expect(lines[3]).toMatch(/^4096 {2}[.\-a#xho]{64}$/)
  })

  it('draws a simulated machine', async () => {
    const { code, stdout, stderr } = await callWinport('map', 'udp', '--transport', 'mock')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^UDP ports of a simulated machine \(Windows\)\n/)
    expect(stdout.trimEnd()).toMatch(/\n49152-65535 {2}dynamic {7}16384 ports, given to programs that choose none$/)
  })

  it('prints one line of JSON', async () => {
    const { code, stdout, stderr } = await runWinport('map', 'udp', '--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.trimEnd()).not.toContain('\n')
    const found: PortMap = JSON.parse(stdout)
    expect(found).toMatchObject({ schema: 1, platform: process.platform, protocol: 'udp' })
    expect(Object.keys(found)).toEqual(['schema', 'platform', 'protocol', 'dynamicRange', 'ranges', 'unknown'])
    const starts = found.ranges.map(({ startPort }) => startPort)
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
  })

  it.each([
    ['map icmp', /Allowed choices are tcp, udp/],
    ['map tcp udp', /too many arguments/],
    ['map --svg', /argument missing/],
  ])('%s is a usage error', async (line, message) => {
    const { code, stdout, stderr } = await callWinport(...line.split(' '))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('exits with 1 if the file cannot be written', async () => {
    const { code, stdout, stderr } = await callWinport('map', '--svg', join(folder, 'missing', 'map.svg'))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^winport: ENOENT[^\n]*\n$/)
  })

  it('ends with a line for each range', async () => {
    const lines = (await printed({}, pipe)).trimEnd().split('\n')
    expect(lines.slice(-MAP.ranges.length)).toEqual(describePortMap(MAP))
  })

  it('shows the most important kind of the ports of a character', async () => {
    const lines = (await printed({}, pipe)).split('\n')
    expect(lines[2]).toBe(`0     .h${'.'.repeat(14)}${'-'.repeat(30)}x${'-'.repeat(17)}`)
    expect(lines[3]).toBe(`4096  ${'-'.repeat(61)}###`)
    expect(lines.slice(18, 22)).toEqual([
      '',
      '. free: 50,997 ports   - dynamic: 13,876 ports   a administered: 60 ports',
      '# reserved: 100 ports   x in use: 1 port   h http.sys: 1 port   o own: 500 ports',
      '',
    ])
  })

  it.each([
    [0, 64],
    [40, 32],
    [80, 64],
    [140, 128],
    [300, 256],
  ])('fits a terminal of %i characters, with and without colours', async (columns, cells) => {
    const plain = (await printed({}, terminal(columns, false))).split('\n')
    expect(plain.join('\n')).not.toContain(ESCAPE)
    expect(plain[2]).toHaveLength(6 + cells)
    const coloured = (await printed({}, terminal(columns, true))).split('\n')
    expect(coloured[2]?.startsWith(`0     ${ESCAPE}[`)).toBe(true)
    const visible = coloured[2]?.replaceAll(new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g'), '')
    expect(visible).toBe(`0     ${'\u2580'.repeat(cells)}`)
    expect(coloured[2]?.endsWith(`${ESCAPE}[0m`)).toBe(true)
  })

  it('colours the upper and the lower ports of a character', async () => {
    const lines = (await printed({}, terminal(80, true))).split('\n')
    // Ports 49152-51199 above, 51200-53247 below: 50000-50059 is administered (33), and below all is free (100).
    expect(lines[14]).toContain(`${ESCAPE}[33;100m\u2580`)
    // Ports 8032-8191: reserved (31) above, dynamic below (44).
    expect(lines[4]).toMatch(/\[34;44m/)
  })

  it('writes the picture and the page to files, and prints nothing', async () => {
    const [svg, html] = [join(folder, 'map.svg'), join(folder, 'map.html')]
    expect(await printed({ svg, html })).toBe('')
    expect(readFileSync(svg, 'utf8')).toBe(svgPicture(MAP))
    expect(readFileSync(html, 'utf8')).toBe(htmlPage(MAP))
    expect(JSON.parse(await printed({ svg, json: true }))).toEqual(MAP)
  })
})

describe('svgPicture', () => {
  it('draws each kind in a path, with a title and a description', () => {
    const svg = svgPicture(MAP)
    expect(svg).toContain('<title id="title">TCP ports of this machine (Windows)</title>')
    expect(svg).toContain('free: 50,997 ports, dynamic: 13,876 ports, administered: 60 ports, reserved: 100 ports')
    // 8063-8162 begins at column 895 of row 7 and goes on in row 8; 3000 is widened.
    expect(svg).toMatch(/<path class="reserved" d="M951 93h100v6h-100z"\/>/)
    expect(svg).toMatch(/<path class="in-use" d="M1008 58h3v6h-3z"\/>/)
    expect(svg).not.toMatch(/<script|NaN|undefined/)
  })
})

describe('htmlPage', () => {
  it('contains everything: it names no other file and no address', () => {
    const html = htmlPage(MAP)
    expect(html).not.toMatch(/(?:src|href)=|https?:|<!-- (?:head|scripts)/)
    expect(html).not.toMatch(/^(?:import|export) /m)
  })

  it('allows its own script alone', () => {
    const html = htmlPage(MAP)
    const [, script = ''] = /<script type="module">(.*)<\/script>/s.exec(html) ?? []
    const hash = createHash('sha256').update(script).digest('base64')
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'"`)
  })

  it('keeps a name that would end the script, or that means something in a replacement', () => {
    const html = htmlPage(MAP)
    const [, json = ''] = /<script type="application\/json" id="map">(.*?)<\/script>/s.exec(html) ?? []
    const data: { ranges: { startPort: number; text: string }[] } = JSON.parse(json)
    // The part of a path after the last slash is the name, on every system.
    expect(data.ranges.find(({ startPort }) => startPort === 3_000)?.text).toMatch(/script><b>\$&\.exe \(7\) listens/)
    expect(json).not.toContain('<')
  })
})
