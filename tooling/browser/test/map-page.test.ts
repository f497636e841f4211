import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromiumOrExplain } from '@winport/windows'
import { type Browser, launch, type Page, type SerializedAXNode } from 'puppeteer-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { htmlPage } from '../../../packages/winport/dist/map/html-page.js'
import { windowsSample } from '../src/windows-sample.js'

/** Only a browser that hangs reaches it: a busy machine prolongs every step. */
const TIME_LIMIT_MS = 500_000
const REPORTS = fileURLToPath(new URL('../reports/', import.meta.url))
const FILE = `${REPORTS}map.html`
const WIDE = { width: 1280, height: 1000 }
const COLUMNS = 256
const FREE_PORT = 60_000

const chromium = await chromiumOrExplain('the page of winport map')

describe.skipIf(chromium === undefined)('the page of winport map --html', () => {
  let browser: Browser
  let page: Page
  const requests: string[] = []
  const problems: string[] = []

  beforeAll(async () => {
    mkdirSync(REPORTS, { recursive: true })
    writeFileSync(FILE, htmlPage(windowsSample()))
    browser = await launch({
      executablePath: chromium ?? '',
      // Chromium has no sandbox for root, and the shared memory of a container is small.
      args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      timeout: TIME_LIMIT_MS,
      protocolTimeout: TIME_LIMIT_MS,
    })
    page = await browser.newPage()
    page.setDefaultTimeout(TIME_LIMIT_MS)
    page.on('request', (request) => requests.push(request.url()))
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => problems.push(message.text()))
  })
  afterAll(async () => await browser?.close())

  beforeEach(async () => {
    await page.setViewport(WIDE)
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }])
    await open()
  })

  /** Opens the page anew, and waits until it has drawn the ports. */
  async function open(): Promise<void> {
    await page.goto(pathToFileURL(FILE).href)
    await drawn(FREE_PORT, 'free')
  }

  /** Waits until the picture of all ports shows the port in the colour of the kind. */
  async function drawn(port: number, kind: string): Promise<void> {
    await page.waitForFunction(
      (port, kind, columns) => {
        const canvas = document.querySelector('canvas')
        if (canvas === null || canvas.width === 0) return false
        const size = canvas.width / columns
        const at = [((port % columns) + 0.5) * size, (Math.floor(port / columns) + 0.5) * size] as const
        const pixel = canvas.getContext('2d')?.getImageData(...at, 1, 1).data ?? []
        const hex = [...pixel.slice(0, 3)].map((part) => part.toString(16).padStart(2, '0')).join('')
        return `#${hex}` === getComputedStyle(canvas).getPropertyValue(`--${kind}`).trim() && pixel[3] === 255
      },
      {},
      port,
      kind,
      COLUMNS,
    )
  }

  async function textOf(selector: string): Promise<string> {
    return await page.$eval(selector, (element) => element.textContent ?? '')
  }

  async function attributeOf(selector: string, name: string): Promise<string | null> {
    return await page.$eval(selector, (element, name) => element.getAttribute(name), name)
  }

  async function search(text: string): Promise<void> {
    await page.$eval('#wanted', (input) => Reflect.set(input, 'value', ''))
    await page.type('#wanted', text)
    await page.keyboard.press('Enter')
  }

  async function press(...keys: readonly Parameters<Page['keyboard']['press']>[0][]): Promise<void> {
    for (const key of keys) await page.keyboard.press(key)
  }

  async function screenshot(name: string): Promise<string> {
    return Buffer.from(await page.screenshot({ path: `${REPORTS}${name}.png` })).toString('base64')
  }

  it('says what it shows, asks no network, and has no errors', async () => {
    expect(await page.title()).toBe('TCP ports of this machine (Windows)')
    expect(await textOf('h1')).toBe('TCP ports of this machine (Windows)')
    expect(await textOf('#summary')).toBe(`65,535 ports, ${windowsSample().ranges.length} ranges`)
    expect(new Set(requests)).toEqual(new Set([pathToFileURL(FILE).href]))
    expect(problems).toEqual([])
  })

  it.each(['light', 'dark'])('draws each kind in its own colour: %s', async (value) => {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
    await drawn(8_100, 'reserved')
    await drawn(3_000, 'in-use')
    await drawn(1_100, 'dynamic')
    await drawn(5_985, 'http-sys')
    await drawn(50_030, 'administered')
    await screenshot(value)
  })

  it('looks different in the dark, and after a search', async () => {
    const light = await screenshot('first')
    await search('8085')
    expect(await screenshot('found')).not.toBe(light)
    await open()
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
    await drawn(FREE_PORT, 'free')
    expect(await screenshot('dark')).not.toBe(light)
  })

  it('finds a port, magnifies it, and says in a live region what has it', async () => {
    await search('8085')
    expect(await textOf('#selected')).toBe('Port 8085')
    expect(await textOf('#answer')).toMatch(/reserved 8063-8162: 100 ports, probably for WinNAT .*dynamic 1024-15000: /)
    expect(await attributeOf('#answer', 'aria-live')).toBe('polite')
    expect(await textOf('#scale')).toBe('800 %')
    await page.click('#zoom-all')
    expect(await textOf('#scale')).toBe('100 %')
    await search('60001')
    expect(await textOf('#answer')).toContain('Nothing is known to have this port.')
  })

  it('finds a program, then the next of its ports', async () => {
    await search('mysqld')
    expect(await textOf('#selected')).toBe('Port 3306')
    expect(await textOf('#answer')).toContain('mysqld.exe (6120, service MySQL80) listens on [::]:3306')
    await press('Enter')
    expect(await textOf('#selected')).toBe('Port 33060')
  })

  it.each([
    ['nobody.exe', 'No range mentions “nobody.exe”.'],
    ['70000', 'Ports are 1 to 65535.'],
    ['0', 'Ports are 1 to 65535.'],
  ])('says that it does not find %s', async (text, answer) => {
    await search(text)
    expect(await textOf('#answer')).toBe(answer)
  })

  it('selects the port that is clicked, and names the port under the pointer', async () => {
    const box = await (await page.$('#grid'))?.boundingBox()
    const size = (box?.width ?? 0) / COLUMNS
    const [x, y] = [
      (box?.x ?? 0) + ((8_100 % COLUMNS) + 0.5) * size,
      (box?.y ?? 0) + (Math.floor(8_100 / COLUMNS) + 0.5) * size,
    ]
    await page.mouse.move(x, y)
    expect(await textOf('#pointed')).toBe('8100 reserved')
    await page.mouse.click(x, y)
    expect(await textOf('#selected')).toBe('Port 8100')
  })

  it('is moved by dragging when it is magnified, and zooms with the wheel', async () => {
    const box = await (await page.$('#grid'))?.boundingBox()
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2]
    const pointed = async () => Number.parseInt(await textOf('#pointed'), 10)
    await page.mouse.move(x, y)
    const middle = await pointed()
    await page.mouse.wheel({ deltaY: -480 })
    await page.waitForFunction(() => document.querySelector('#scale')?.textContent === '400 %')
    await page.mouse.down()
    await page.mouse.move(x, y - 100, { steps: 4 })
    await page.mouse.up()
    await page.mouse.move(x, y)
    expect(await pointed()).toBeGreaterThan(middle)
  })

  it('can be used with the keyboard alone', async () => {
    const reached: string[] = []
    for (let stop = 0; stop < 8; stop++) {
      await press('Tab')
      reached.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || ''))
    }
    expect(reached.slice(0, 6)).toEqual(['zoom-out', 'zoom-in', 'zoom-all', 'grid', 'wanted', 'Find'])
    expect(reached[6]).toMatch(/^free/)
    await page.focus('#grid')
    const port = async () => Number((await textOf('#selected')).replace('Port ', ''))
    await page.keyboard.down('Control')
    await press('Home')
    await page.keyboard.up('Control')
    expect(await port()).toBe(1)
    await press('ArrowLeft', 'ArrowUp')
    expect(await port()).toBe(1)
    await press('ArrowRight', 'ArrowDown', 'End')
    expect(await port()).toBe(511)
    await press('Home', 'PageDown', 'PageUp', 'ArrowRight')
    expect(await port()).toBe(257)
    await press('n')
    expect(await port()).toBe(443)
    await press('p', 'p')
    expect(await port()).toBe(80)
    await press('+', '+', '-')
    expect(await textOf('#scale')).toBe('200 %')
    await press('0')
    expect(await textOf('#scale')).toBe('100 %')
    await page.keyboard.down('Control')
    await press('End')
    await page.keyboard.up('Control')
    await press('ArrowDown', 'ArrowRight')
    expect(await port()).toBe(65_535)
  })

  it('shows one kind alone, in the picture and in the table, and all again', async () => {
    const rows = async () => await page.$$eval('#ranges tr', (found) => found.length)
    const all = await rows()
    expect(all).toBe(windowsSample().ranges.length)
    const administered = await page.$('#legend li:nth-child(3) button')
    await administered?.click()
    expect(await rows()).toBe(1)
    expect(await textOf('#ranges')).toContain('50000-50059')
    await page.waitForFunction(() => {
      const canvas = document.querySelector('canvas')
      const size = (canvas?.width ?? 0) / 256
      const pixel = canvas?.getContext('2d')?.getImageData(10, Math.floor(60_000 / 256) * size, 1, 1).data
      return pixel !== undefined && (pixel[3] ?? 255) < 255 // pale
    })
    await page.click('#ranges button')
    expect(await textOf('#selected')).toBe('Port 50000')
    await administered?.click()
    expect(await rows()).toBe(all)
  })

  it('has an accessibility tree with names for everything', async () => {
    await page.focus('#grid')
    await press('n')
    const tree = await page.accessibility.snapshot({ interestingOnly: false })
    const nodes: SerializedAXNode[] = []
    const visit = (node: SerializedAXNode) => {
      nodes.push(node)
      for (const child of node.children ?? []) visit(child)
    }
    if (tree !== null) visit(tree)
    const named = (role: string) => nodes.filter((node) => node.role === role).map(({ name }) => name ?? '')
    expect(named('heading')).toEqual(expect.arrayContaining(['TCP ports of this machine (Windows)', 'Legend']))
    expect(named('searchbox')).toEqual(['Find a port or a program'])
    expect(named('grid')).toEqual(['All ports, 256 in a row'])
    expect(nodes.find(({ role }) => role === 'grid')?.description).toMatch(/^Arrow keys move/)
    expect(named('gridcell')).toEqual(['Port 135. in use: svchost.exe (1204, service RpcSs) listens on [::]:135.'])
    expect(await attributeOf('#grid [role=row]', 'aria-rowindex')).toBe('1')
    expect(await attributeOf('#port', 'aria-colindex')).toBe('136')
    expect(named('status').length).toBeGreaterThan(0)
    expect(named('table')).toEqual(['Every range'])
    expect(named('columnheader')).toEqual(['Ports', 'Kind', 'Who has it'])
    for (const role of ['button', 'gridcell', 'searchbox', 'table', 'heading']) expect(named(role)).not.toContain('')
    expect(nodes.filter(({ role, pressed }) => role === 'button' && pressed === false).length).toBeGreaterThan(4)
  })

  it('fits a telephone', async () => {
    await page.setViewport({ width: 360, height: 740 })
    await open()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
    await screenshot('narrow')
  })
})
