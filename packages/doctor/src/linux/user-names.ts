import { readFile } from 'node:fs/promises'

/** Resolves to a function that names the users of this machine. A user without an entry is named by the number. */
export async function readUserNames(passwd: string): Promise<(uid: number) => string> {
  const names = new Map<number, string>()
  for (const line of (await readFile(passwd, 'utf8').catch(() => '')).split('\n')) {
    const [name, , uid] = line.split(':')
    if (name !== undefined && uid !== undefined && !names.has(Number(uid))) names.set(Number(uid), name)
  }
  return (uid) => names.get(uid) ?? String(uid)
}
