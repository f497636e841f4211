import { LAST_PORT } from '@winport/definitions'
import type { PortSpan } from './port-span.js'

/** A range that the system excludes from ordinary use. */
export interface ExcludedRange extends PortSpan {
  /**
   * An administrator or a persistent reservation has excluded the range; netsh marks it with `*`. Without the mark the range
   * belongs to a component of the kernel, such as WinNAT or http.sys. All ranges of Linux are an administrator's.
   */
  readonly administered: boolean
}

const DASHES = /^\s*-{3,}\s+-{3,}\s*$/
const ROW = /^\s*(\d+)\s+(\d+)(\s+\*)?\s*$/

/**
 * Parses the output of `netsh int ipv4 show excludedportrange`. netsh translates the words, so only the line of dashes, the
 * numbers and the `*` count. Decode the output as latin1: the code page does not matter then.
 *
 * @returns the ranges in their order; undefined if the text is no such table, or has a range that cannot exist
 */
export function parseExcludedRanges(text: string): readonly ExcludedRange[] | undefined {
  const lines = text.split(/\r*\n/)
  const head = lines.findIndex((line) => DASHES.test(line))
  if (head === -1) return undefined
  const ranges: ExcludedRange[] = []
  for (const line of lines.slice(head + 1)) {
    const [, start, end, mark] = ROW.exec(line) ?? []
    if (start === undefined || end === undefined) continue
    const range = { startPort: Number(start), endPort: Number(end), administered: mark !== undefined }
    if (range.startPort > range.endPort || range.endPort > LAST_PORT) return undefined
    ranges.push(range)
  }
  return ranges
}
