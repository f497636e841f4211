import { mean, median, quantile, ratios } from './statistics.js'

/**
 * A line of the table.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} unit 'x' for a ratio
 * @property {number} median
 * @property {number} mean
 * @property {number} p95
 * @property {number} limit the most that the median may be
 * @property {boolean} met
 * @property {string} detail what was measured
 */

/**
 * Times against those of a reference in the same rounds.
 *
 * @param {number} limit
 * @param {string} name
 * @param {readonly number[]} ours milliseconds, like the next
 * @param {readonly number[]} reference
 * @returns {Row}
 */
export function ratioRow(limit, name, ours, reference) {
  const detail = `${duration(median(ours))} against ${duration(median(reference))}`
  return judged({ name, unit: 'x', ...ratios(ours, reference), limit, detail })
}

/**
 * Values of one kind.
 *
 * @param {number} limit
 * @param {string} unit
 * @param {string} name
 * @param {readonly number[]} values
 * @param {string} detail
 * @returns {Row}
 */
export function valueRow(limit, unit, name, values, detail) {
  return judged({
    name,
    unit,
    median: median(values),
    mean: mean(values),
    p95: quantile(values, 0.95),
    limit,
    detail,
  })
}

/**
 * Judges a row by its mean as well.
 *
 * @param {Row} row
 * @returns {Row}
 */
export function alsoByMean(row) {
  return { ...row, name: `${row.name} (median and mean)`, met: row.met && row.mean <= row.limit }
}

/**
 * Of the rows of several processes, each one whose median is the middle one.
 *
 * @param {readonly (readonly Row[])[]} runs an odd number, with the same rows
 * @returns {readonly Row[]}
 */
export function middleRows(runs) {
  const [first = []] = runs
  return first.map((_, index) => {
    const rows = runs.map((run) => run[index]).sort((a, b) => a.median - b.median)
    return rows[(rows.length - 1) / 2]
  })
}

function judged(row) {
  return { ...row, met: row.median <= row.limit }
}

const UNITS = /** @type {const} */ ([
  ['ms', 1],
  ['µs', 1e3],
  ['ns', 1e6],
])

/** @param {number} milliseconds */
function duration(milliseconds) {
  const [unit, factor] = UNITS.find(([, perMillisecond]) => milliseconds * perMillisecond >= 1) ?? ['ns', 1e6]
  return `${rounded(milliseconds * factor)} ${unit}`
}

/** @param {number} value */
export function rounded(value) {
  return String(Number(value.toPrecision(3)))
}
