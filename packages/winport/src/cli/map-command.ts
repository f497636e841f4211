import { writeFile } from 'node:fs/promises'
import { describePortMap, type PortMap, readPortMap } from '@winport/doctor'
import type { Protocol } from '@winport/transport'
import type { BackendName } from '../backend-names.js'
import { boundSockets } from '../bound-sockets.js'
import { terminalPicture } from '../map/terminal-picture.js'
import { openForDoctor } from './open-for-doctor.js'

interface MapOptions {
  readonly json?: boolean
  /** The file that the picture is written to. */
  readonly svg?: string
  /** The file that the page is written to. */
  readonly html?: string
  readonly transport?: BackendName
}

/** What is asked of stdout. `hasColors` honours NO_COLOR; a pipe is no terminal and has none of the others. */
export type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'hasColors'>

/** The width of the picture where that of a terminal is not known. */
const WIDTH_OF_PIPE = 80

/** `winport map` */
export async function map(
  protocol: Protocol,
  { json = false, svg, html, transport }: MapOptions,
  read: (protocol: Protocol, transport?: BackendName) => Promise<PortMap> = readMachine,
  terminal: Terminal = process.stdout,
): Promise<void> {
  const found = await read(protocol, transport)
  if (svg !== undefined) {
    const { svgPicture } = await import('../map/svg-picture.js')
    await writeFile(svg, svgPicture(found))
  }
  if (html !== undefined) {
    const { htmlPage } = await import('../map/html-page.js')
    await writeFile(html, htmlPage(found))
  }
  if (json) process.stdout.write(`${JSON.stringify(found)}\n`)
  else if (svg === undefined && html === undefined) process.stdout.write(`${textOf(found, terminal)}\n`)
}

async function readMachine(protocol: Protocol, name?: BackendName): Promise<PortMap> {
  const { transport } = await openForDoctor(name, undefined)
  try {
    return await readPortMap({ protocol, transport, boundSockets })
  } finally {
    await transport?.close()
  }
}

function textOf(found: PortMap, terminal: Terminal): string {
  const options = terminal.isTTY
    ? { isColoured: terminal.hasColors(), width: terminal.columns || WIDTH_OF_PIPE } // 0: a terminal that does not know its width
    : { isColoured: false, width: WIDTH_OF_PIPE }
  return [...terminalPicture(found, options), ...describePortMap(found)].join('\n')
}
