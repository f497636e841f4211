/** Milliseconds of a clock that never goes back. Fake timers replace `performance` and `process.hrtime`, but not this clock. */
export function monotonicTime(): number {
  return process.uptime() * 1000
}
