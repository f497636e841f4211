const ROUNDS = 200

/**
 * Measures cases in turn, round after round, so that a machine that slows down slows all of them. Each case makes
 * `calls` calls a round. A case that returns a number has timed them itself: it is the milliseconds of all of them.
 *
 * @param {Record<string, () => unknown>} cases
 * @param {number} calls
 * @returns {Promise<Record<string, number>>} the median time of one call, in milliseconds
 */
export async function measureInTurn(cases, calls) {
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(cases)) {
      const start = performance.now()
      const timed = await run()
      times[name].push((typeof timed === 'number' ? timed : performance.now() - start) / calls)
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values.slice(ROUNDS / 10))]))
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
