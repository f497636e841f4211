const ROUNDS = 200

/**
 * Measures cases in turn, round after round, so that a machine that slows down slows all of them. Each case makes
 * `calls` calls a round.
 *
 * @param {Record<string, () => void | Promise<void>>} cases
 * @param {number} calls
 * @returns {Promise<Record<string, number>>} the median time of one call, in milliseconds
 */
export async function measureInTurn(cases, calls) {
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(cases)) {
      const start = performance.now()
      await run()
      times[name].push((performance.now() - start) / calls)
    }
  }
  const measured = Object.entries(times).map(([name, values]) => {
    const warm = values.slice(ROUNDS / 10).sort((a, b) => a - b)
    return [name, warm[warm.length >> 1] ?? Number.NaN]
  })
  return Object.fromEntries(measured)
}
