import type { PortMap } from '@winport/doctor'
import { mapTitle, portCount } from './map-title.js'
import { type KindStyle, PICTURE_KINDS } from './picture-kinds.js'
import { countedKinds, PORTS, shownPorts } from './shown-ports.js'

export interface TerminalOptions {
  readonly isColoured: boolean
  /** The number of characters in a line of the terminal. */
  readonly width: number
}

const LINES = 16
const LABEL_WIDTH = 6
/** How many cells a line can have: whole numbers of ports in each. */
const LINE_WIDTHS = [256, 128, 64]
const NARROWEST = 32
/** With a foreground and a background colour, a character is two cells, one above the other. */
const UPPER_HALF = '\u2580'
const RESET = '\u001b[0m'

/** Draws the ports in 16 lines of 4,096, with a legend. Each cell shows the most important kind of its ports. */
export function terminalPicture(map: PortMap, options: TerminalOptions): readonly string[] {
  const shown = shownPorts(map)
  const columns = LINE_WIDTHS.find((cells) => LABEL_WIDTH + cells <= options.width) ?? NARROWEST
  const portsPerLine = PORTS / LINES
  const lines = Array.from({ length: LINES }, (_, line) => {
    const ports = shown.subarray(line * portsPerLine, (line + 1) * portsPerLine)
    const cells = options.isColoured ? colouredCells(ports, columns) : plainCells(ports, columns)
    return `${String(line * portsPerLine).padEnd(LABEL_WIDTH)}${cells}`
  })
  return [mapTitle(map), '', ...lines, '', ...legend(shown, options), '']
}

function plainCells(ports: Uint8Array, columns: number): string {
  return cellsOf(ports, columns)
    .map(({ character }) => character)
    .join('')
}

function colouredCells(ports: Uint8Array, columns: number): string {
  const half = ports.length / 2
  const upper = cellsOf(ports.subarray(0, half), columns)
  const lower = cellsOf(ports.subarray(half), columns)
  let before = ''
  const cells = upper.map(({ terminal }, column) => {
    const style = `\u001b[${terminal};${(lower[column]?.terminal ?? 0) + 10}m`
    const change = style === before ? '' : style
    before = style
    return `${change}${UPPER_HALF}`
  })
  return `${cells.join('')}${RESET}`
}

function cellsOf(ports: Uint8Array, columns: number): readonly KindStyle[] {
  const size = ports.length / columns
  return Array.from({ length: columns }, (_, column) => {
    const kind = Math.max(...ports.subarray(column * size, (column + 1) * size))
    return PICTURE_KINDS[kind] ?? FREE
  })
}

const [FREE] = PICTURE_KINDS as readonly [KindStyle, ...KindStyle[]]

function legend(shown: Uint8Array, { isColoured, width }: TerminalOptions): readonly string[] {
  const entries = countedKinds(shown).map(({ style, count }) => {
    const sign = isColoured ? `\u001b[${style.terminal}m\u2588${RESET}` : style.character
    const text = `${style.label}: ${portCount(count)}`
    return { length: text.length + 2, text: `${sign} ${text}` }
  })
  const lines: { length: number; text: string }[] = []
  for (const entry of entries) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 3 + entry.length > width) lines.push({ ...entry })
    else {
      line.length += 3 + entry.length
      line.text += `   ${entry.text}`
    }
  }
  return lines.map(({ text }) => text)
}
