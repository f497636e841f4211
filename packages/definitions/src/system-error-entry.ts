/** One row of an error table. */
export interface SystemErrorEntry {
  /** The error's number, as WSAGetLastError or an IP Helper function returns it. */
  readonly number: number
  /** The error's name in winerror.h. */
  readonly name: string
  /** What it means, in one sentence. */
  readonly meaning: string
  /**
   * The code Node shows for this number, as libuv's `uv_translate_sys_error` maps it (src/win/error.c); undefined where
   * libuv has no mapping and Node says `UNKNOWN`.
   */
  readonly nodeCode: string | undefined
}

/** Makes the lookup table of an error table: every entry under its number and under its name. */
export function indexSystemErrors(
  entries: readonly SystemErrorEntry[],
): ReadonlyMap<number | string, SystemErrorEntry> {
  const index = new Map<number | string, SystemErrorEntry>()
  for (const entry of entries) index.set(entry.number, entry).set(entry.name, entry)
  return index
}
