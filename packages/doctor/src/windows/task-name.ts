/**
 * Finds the name of a process in the output of `tasklist /fo csv /nh`.
 *
 * @returns undefined if no row has the process ID; tasklist then prints a sentence
 */
export function parseTaskName(text: string, pid: number): string | undefined {
  for (const line of text.split('\n')) {
    const [, name, id] = /^"([^"]+)","(\d+)"/.exec(line) ?? []
    if (id === String(pid)) return name
  }
  return undefined
}
