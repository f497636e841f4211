import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describeMappedRange, type PortMap } from '@winport/doctor'
import { mapTitle } from './map-title.js'
import { PICTURE_KINDS } from './picture-kinds.js'

/** In the order of their imports. */
const SCRIPTS = ['ports.js', 'port-grid.js', 'page.js']

/** One page with everything in it: it works as a file, and asks no network. */
export function htmlPage(map: PortMap): string {
  const style = partOf('page.css')
  const script = SCRIPTS.map((name) => withoutModules(partOf(name))).join('\n')
  // A script element ends at the first `</script`, also inside a string.
  const data = JSON.stringify(pageData(map)).replaceAll('<', '\\u003c')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${hashOf(script)}'`
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}">\n<style>\n${style}</style>`
  const scripts = `<script type="application/json" id="map">${data}</script>\n<script type="module">${script}</script>`
  // Functions, because `$` in a replacement has a meaning.
  return partOf('page.html')
    .replace('<!-- head -->', () => head)
    .replace('<!-- scripts -->', () => scripts)
}

/** The hand-written parts are in the folder map-page of this package. */
function partOf(name: string): string {
  const here = createRequire(import.meta.url).resolve('winport/package.json')
  return readFileSync(join(dirname(here), 'map-page', name), 'utf8')
}

/** Modules cannot be imported without a network, so they become one. */
function withoutModules(script: string): string {
  return script.replaceAll(/^import .*\n/gm, '').replaceAll(/^export /gm, '')
}

function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`
}

function pageData(map: PortMap): unknown {
  const { platform, ranges, unknown } = map
  return {
    title: mapTitle(map),
    summary: `65,535 ports, ${ranges.length.toLocaleString('en')} range${ranges.length === 1 ? '' : 's'}`,
    kinds: PICTURE_KINDS.map(({ name, label }) => ({ name, label })),
    ranges: ranges.map((range) => {
      const { startPort, endPort, kind } = range
      return { startPort, endPort, kind, text: describeMappedRange(range, platform) }
    }),
    unknown,
  }
}
