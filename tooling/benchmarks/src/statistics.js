/** @param {readonly number[]} values */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * The value that this part of all values does not exceed, between two of them if need be.
 *
 * @param {readonly number[]} values
 * @param {number} part 0 to 1
 */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * part
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** @param {readonly number[]} values */
export function median(values) {
  return quantile(values, 0.5)
}

/**
 * Two series of the same rounds as ratios: the median of the ratios of each round, which a round on a disturbed machine
 * does not change; the ratio of the means, which shows rare slow rounds such as those with a garbage collection; and the
 * ratio of the 95th percentiles.
 *
 * @param {readonly number[]} ours
 * @param {readonly number[]} reference as long
 */
export function ratios(ours, reference) {
  return {
    median: median(ours.map((value, round) => value / (reference[round] ?? Number.NaN))),
    mean: mean(ours) / mean(reference),
    p95: quantile(ours, 0.95) / quantile(reference, 0.95),
  }
}
