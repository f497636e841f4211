/** One row of an error table. */
export interface SystemErrorEntry {
  /** The error's number, as WSAGetLastError or an IP Helper function returns it. */
  readonly number: number
  /** The error's name in winerror.h. */
  readonly name: string
  /** The meaning of the error, in one sentence. */
  readonly meaning: string
  /**
   * The code that Node reports for this number: the mapping of libuv's `uv_translate_sys_error` (src/win/error.c).
   * Undefined where libuv has no mapping and Node reports `UNKNOWN`.
   */
  readonly nodeCode: string | undefined
}

/** Indexes an error table: every entry under its number and under its name. */
export function indexSystemErrors(
  entries: readonly SystemErrorEntry[],
): ReadonlyMap<number | string, SystemErrorEntry> {
  const index = new Map<number | string, SystemErrorEntry>()
  for (const entry of entries) index.set(entry.number, entry).set(entry.name, entry)
  return index
}
