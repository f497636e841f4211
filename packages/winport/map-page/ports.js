/**
 * @typedef {{ startPort: number, endPort: number, kind: string, text: string }} MappedRange
 * @typedef {{ name: string, label: string }} Kind
 * @typedef {{ title: string, summary: string, kinds: Kind[], ranges: MappedRange[], unknown: Record<string, string> }} PageData
 */

export const LAST_PORT = 65_535

/** What has each port, and what the picture shows of it. */
export class Ports {
  /** @param {PageData} data its kinds are in the order in which they cover each other, the first below the others */
  constructor({ kinds, ranges }) {
    this.kinds = kinds
    this.ranges = ranges
    /** The index of the kind that each port shows. 0: free. */
    this.shown = new Uint8Array(LAST_PORT + 1)
    for (const [index, { name }] of kinds.entries()) {
      for (const { kind, startPort, endPort } of ranges) {
        if (kind === name) this.shown.fill(index, startPort, endPort + 1)
      }
    }
  }

  /** @param {number} port */
  kindAt(port) {
    const kind = this.kinds[this.shown[port] ?? 0]
    if (kind === undefined) throw new Error(`no port ${port}`)
    return kind
  }

  /** The ranges that contain the port, those of the kind that it shows first. @param {number} port */
  rangesAt(port) {
    const at = this.ranges.filter(({ startPort, endPort }) => startPort <= port && port <= endPort)
    return at.sort((a, b) => this.coverOf(b) - this.coverOf(a))
  }

  /** @param {MappedRange} range */
  coverOf({ kind }) {
    return this.kinds.findIndex(({ name }) => name === kind)
  }

  /** How many ports show this kind. @param {number} index */
  count(index) {
    return this.shown.reduce((sum, kind, port) => sum + (kind === index && port > 0 ? 1 : 0), 0)
  }

  /**
   * The first port after this one where another range begins; after the last the first of all.
   *
   * @param {number} port
   * @param {1 | -1} direction
   * @param {(range: MappedRange) => boolean} [isWanted]
   */
  nextStart(port, direction, isWanted = () => true) {
    const starts = this.ranges.filter(isWanted).map(({ startPort }) => startPort)
    if (direction === -1) starts.reverse()
    return starts.find((start) => (start - port) * direction > 0) ?? starts[0]
  }
}

/** `8063-8162`, or `80` for a single port. @param {MappedRange} range */
export function spanText({ startPort, endPort }) {
  return startPort === endPort ? String(startPort) : `${startPort}-${endPort}`
}
