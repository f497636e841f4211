import { expect, it } from 'vitest'
import { AS_STARTED, runProgram, UNPRIVILEGED } from './run-program.js'

const HAND_OVERS = 10_000 / 3
const NAIVE = 500
const TIME_LIMIT = 900_000

for (const setting of [AS_STARTED, UNPRIVILEGED]) {
  for (const way of ['listen', 'bind', 'connect']) {
    it(`loses no port to two strangers while ports are handed over, ${way}, ${setting.name}`, {
      timeout: TIME_LIMIT,
    }, async () => {
      const result = JSON.parse(await runProgram('hammer.js', [way, String(HAND_OVERS)], setting))
      expect(result).toMatchObject({ taken: 0, lost: 0, losses: {} })
      expect(result.tries).toBeGreaterThan(HAND_OVERS)
    })
  }
}

it('finds the thefts of a program that releases a port before it listens', { timeout: TIME_LIMIT }, async () => {
  const { taken } = JSON.parse(await runProgram('hammer.js', ['naive', String(NAIVE)]))
  expect(taken).toBeGreaterThan(0)
})
