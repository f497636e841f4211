import { floor } from './floor.js'

/**
 * What is measured. `before` and `after` are not timed.
 *
 * @typedef {object} Case
 * @property {() => unknown} [before] its result, awaited, is passed to `run`
 * @property {(prepared: any) => unknown} run its result, awaited, is passed to `after`
 * @property {(result: any) => unknown} [after]
 */

/**
 * Measures cases in turn, round after round, so that a machine that slows down slows all of them. The time is the CPU
 * time of this thread: how long the event loop is held, without the time in which other programs run. Each round begins
 * with another case.
 *
 * @template {string} Name
 * @param {Record<Name, Case | (() => unknown)>} cases
 * @param {{ rounds: number, calls?: number }} options `calls`: the number of calls that one case makes in each round
 * @returns {Promise<Record<Name, number[]>>} the milliseconds of one call, for each round
 */
export async function measureInRounds(cases, { rounds, calls = 1 }) {
  const names = Object.keys(cases)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  const warmUp = Math.ceil(rounds / 2)
  for (let round = -warmUp; round < rounds; round++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(place + round + warmUp) % names.length]
      const passed = await cpuTimeOf(cases[name])
      if (round >= 0) times[name].push(passed / calls)
    }
  }
  return times
}

async function cpuTimeOf(measured) {
  const { before, run, after } = typeof measured === 'function' ? { run: measured } : measured
  const prepared = await before?.()
  const start = floor.cpuTime()
  const result = await run(prepared)
  const passed = floor.cpuTime() - start
  await after?.(result)
  return passed
}
