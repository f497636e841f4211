import { duration } from './duration.js'

/** @typedef {{ name: string, figure: number, unit: string, target: string, met: boolean, detail: string }} Row */

/**
 * A time against that of a reference of the same run: at most so many times as long.
 *
 * @param {number | undefined} limit undefined where it is only told
 * @param {string} name
 * @param {number} ours in milliseconds, like the next
 * @param {number} reference
 * @returns {Row}
 */
export function atMost(limit, name, ours, reference) {
  const figure = ours / reference
  const target = limit === undefined ? '' : `<= ${limit}x`
  return { name, figure, unit: 'x', target, met: figure <= (limit ?? Infinity), detail: detail(ours, reference) }
}

/**
 * The same the other way round: at least so many times as fast.
 *
 * @param {number | undefined} limit
 * @param {string} name
 * @param {number} ours
 * @param {number} reference
 * @returns {Row}
 */
export function atLeast(limit, name, ours, reference) {
  const figure = reference / ours
  const target = limit === undefined ? '' : `>= ${limit}x`
  return { name, figure, unit: 'x faster', target, met: figure >= (limit ?? 0), detail: detail(ours, reference) }
}

function detail(ours, reference) {
  return `${duration(ours)} against ${duration(reference)}`
}
