import { closeSync, openSync, readSync } from 'node:fs'

const OFFSET = 0x40
const SIGNATURE = 'Wine builtin DLL'

/** Whether a file is a library of Wine. Those have a signature after their DOS header. */
export function isWineLibrary(path: string): boolean {
  const bytes = Buffer.alloc(SIGNATURE.length)
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return false // loading the library reports the error
  }
  try {
    readSync(file, bytes, 0, bytes.length, OFFSET)
  } finally {
    closeSync(file)
  }
  return bytes.toString('latin1') === SIGNATURE
}
