const UNITS_PER_MS = 10_000n
/** From the beginning of 1601 to that of 1970. */
const MS_TO_1970 = 11_644_473_600_000n

/** The date of a FILETIME: units of 100 ns since 1601 in UTC. Null for 0, which means that the time is not known. */
export function dateOfFileTime(time: bigint): Date | null {
  return time === 0n ? null : new Date(Number(time / UNITS_PER_MS - MS_TO_1970))
}
