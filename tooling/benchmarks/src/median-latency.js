/** The median time of a task of a tinybench run, in milliseconds. */
export function medianLatency(bench, name) {
  const result = bench.getTask(name)?.result
  if (result === undefined || !('latency' in result)) throw new Error(`no result of ${name}: ${JSON.stringify(result)}`)
  return result.latency.p50
}
