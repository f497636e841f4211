import type { PortMap } from '@winport/doctor'
import { mapTitle, portCount } from './map-title.js'
import { PICTURE_KINDS } from './picture-kinds.js'
import { countedKinds, PORTS, shownPorts } from './shown-ports.js'

const COLUMNS = 1_024
const ROW = { height: 6, gap: 1 } as const
const MARGIN = { left: 56, top: 44, right: 16, bottom: 44 } as const
/** A port alone is too narrow to be seen. */
const NARROWEST = 3
const LABELLED_ROWS = 8
/** Of the legend. The font is not known, so that its characters have room. */
const SWATCH_WIDTH = 36
const CHARACTER_WIDTH = 7.4
const WIDTH = MARGIN.left + COLUMNS + MARGIN.right
const HEIGHT = MARGIN.top + (PORTS / COLUMNS) * (ROW.height + ROW.gap) + MARGIN.bottom

/** Draws the ports in 64 rows of 1,024, with a legend, as a file for documents. It follows the reader's dark mode. */
export function svgPicture(map: PortMap): string {
  const shown = shownPorts(map)
  const kinds = countedKinds(shown)
  const title = mapTitle(map)
  const description = kinds.map(({ style, count }) => `${style.label}: ${portCount(count)}`).join(', ')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">${title}</title>
<desc id="description">${description}</desc>
<style>
${styles()}
</style>
<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="10"/>
<text class="title" x="${MARGIN.left}" y="28">${title}</text>
${kinds.map(({ style }) => `<path class="${style.name}" d="${pathOf(shown, PICTURE_KINDS.indexOf(style))}"/>`).join('\n')}
${labels().join('\n')}
${legend(kinds).join('\n')}
</svg>
`
}

function styles(): string {
  const colours = (theme: 'light' | 'dark') =>
    PICTURE_KINDS.map((style) => `.${style.name} { fill: ${style[theme]} }`).join(' ')
  return `text { font: 13px system-ui, "Segoe UI", sans-serif; fill: #1c2530 } .title { font-size: 16px; font-weight: 600 }
.label { font-size: 11px; text-anchor: end } .label, .count { fill: #5a6675 } .page { fill: #ffffff }
${colours('light')}
@media (prefers-color-scheme: dark) {
text { fill: #e6ebf1 } .label, .count { fill: #9aa7b6 } .page { fill: #171d25 }
${colours('dark')}
}`
}

/** The ports of a kind, each row of adjacent ones as a rectangle. */
function pathOf(shown: Uint8Array, kind: number): string {
  let path = ''
  for (let start = 1; start < PORTS; start++) {
    if (shown[start] !== kind) continue
    const rowEnd = (Math.floor(start / COLUMNS) + 1) * COLUMNS
    let end = start + 1
    while (end < rowEnd && shown[end] === kind) end++
    const width = kind === 0 ? end - start : Math.max(NARROWEST, end - start)
    const x = Math.min(start % COLUMNS, COLUMNS - width) + MARGIN.left
    path += `M${x} ${topOf(start)}h${width}v${ROW.height}h-${width}z`
    start = end - 1
  }
  return path
}

function topOf(port: number): number {
  return MARGIN.top + Math.floor(port / COLUMNS) * (ROW.height + ROW.gap)
}

function labels(): readonly string[] {
  const ports = Array.from({ length: PORTS / COLUMNS / LABELLED_ROWS }, (_, index) => index * COLUMNS * LABELLED_ROWS)
  return ports.map(
    (port) => `<text class="label" x="${MARGIN.left - 8}" y="${topOf(port) + ROW.height}">${Math.max(1, port)}</text>`,
  )
}

function legend(kinds: ReturnType<typeof countedKinds>): readonly string[] {
  const y = HEIGHT - 16
  let x: number = MARGIN.left
  return kinds.map(({ style, count }) => {
    const ports = portCount(count)
    const text = `${style.label} <tspan class="count">${ports}</tspan>`
    const entry = `<rect class="${style.name}" x="${x}" y="${y - 11}" width="13" height="13" rx="3"/><text x="${x + 20}" y="${y}">${text}</text>`
    x += Math.round(SWATCH_WIDTH + (style.label.length + ports.length) * CHARACTER_WIDTH)
    return entry
  })
}
