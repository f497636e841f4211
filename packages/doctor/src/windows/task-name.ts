/**
 * Finds the names of processes in the output of `tasklist /fo csv /nh`, by their process IDs.
 *
 * @returns undefined if the text names no process; tasklist then prints a sentence
 */
export function parseTaskNames(text: string): ReadonlyMap<number, string> | undefined {
  const names = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [, name, id] = /^"([^"]+)","(\d+)"/.exec(line) ?? []
    if (name !== undefined) names.set(Number(id), name)
  }
  return names.size === 0 ? undefined : names
}
