/** @param {number} milliseconds */
export function microseconds(milliseconds) {
  return `${Number((milliseconds * 1000).toPrecision(3))} µs`
}
