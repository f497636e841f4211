const UNITS = /** @type {const} */ ([
  ['ms', 1],
  ['µs', 1e3],
  ['ns', 1e6],
])

/** @param {number} milliseconds */
export function duration(milliseconds) {
  const [unit, factor] = UNITS.find(([, perMillisecond]) => milliseconds * perMillisecond >= 1) ?? ['ns', 1e6]
  return `${Number((milliseconds * factor).toPrecision(3))} ${unit}`
}
