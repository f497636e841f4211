import { rounded } from './row.js'

const HEAD = ['what', 'median', 'mean', 'p95', 'limit', '', 'measured']

/**
 * The rows as text, a line for each, under a line of headings.
 *
 * @param {readonly import('./row.js').Row[]} rows
 */
export function table(rows) {
  const lines = [HEAD, ...rows.map(cells)]
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  )
  return `${text.join('\n')}\n`
}

function cells({ name, unit, median, mean, p95, limit, met, detail }) {
  const [first, second, third, most] = [median, mean, p95, limit].map((value) =>
    Number.isFinite(value) ? `${rounded(value)}${unit}` : '-',
  )
  return [name, first, second, third, `<= ${most}`, met ? 'met' : 'MISSED', detail]
}
